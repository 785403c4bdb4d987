package postgres

import (
	"errors"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Filler = (*Journal)(nil)

// fullFor is how long a journal counts as full after the server had no room, unless it
// records something before: who keeps away meanwhile is to try again.
const fullFor = 30 * time.Second

// Full reports whether the server had no room lately. A row that is only changed finds
// room where a table can't grow.
func (j *Journal) Full() bool {
	at := j.full.Load()
	return at != nil && time.Since(*at) < fullFor
}

// room notes whether a transaction that was to record events found room.
func (j *Journal) room(events int, err error) {
	switch {
	case errors.Is(err, journal.ErrFull):
		now := time.Now()
		j.full.Store(&now)
	case err == nil && events > 0:
		j.full.Store(nil)
	}
}
