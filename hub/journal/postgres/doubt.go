package postgres

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Doubter = (*Journal)(nil)

// doubtFor is how long a journal is in doubt after it could not record an event, unless it
// records one before: who keeps away meanwhile is to try again.
const doubtFor = 30 * time.Second

// doubt is why an event could not be recorded, and when.
type doubt struct {
	why error
	at  time.Time
}

// Doubt says why an event could not be recorded lately. A row that is only changed finds
// room where a table can't grow, and needs other rights.
func (j *Journal) Doubt() error {
	if d := j.doubt.Load(); d != nil && time.Since(d.at) < doubtFor {
		return d.why
	}
	return nil
}

// recorded notes how a transaction that was to record events ended.
func (j *Journal) recorded(events int, err error) {
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, journal.ErrFull), errors.As(err, &pg) && pg.Code == "42501":
		j.doubt.Store(&doubt{err, time.Now()})
	case err == nil && events > 0:
		j.doubt.Store(nil)
	}
}
