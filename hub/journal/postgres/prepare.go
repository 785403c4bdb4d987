package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// ErrOtherSpool says that the nodes of the journal keep their files elsewhere: one
// that can't read the files that another one stored must not deliver.
var ErrOtherSpool = errors.New("the nodes of this journal keep their files in another place")

// errNotYet says that the journal has not been opened: its server has not
// answered since the start.
var errNotYet = fmt.Errorf("%w: its server has not answered since the start", journal.ErrUnavailable)

// prepareAgain is how often a late journal tries to open.
const prepareAgain = time.Second

// mayConnect keeps everybody from a schema that may not be there.
func (j *Journal) mayConnect(context.Context, *pgx.ConnConfig) error {
	if !j.usable.Load() {
		return errNotYet
	}
	return nil
}

// prepare brings the schema up to date, sees that the node shares the others'
// spool, and gives back what it had leased before.
func (j *Journal) prepare(ctx context.Context) error {
	if _, _, err := migrateFor(ctx, j.url, j.options.Node); err != nil {
		return err
	}
	c, err := connect(ctx, j.url)
	if err != nil {
		return opening(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := whole(ctx, c, schemaVersion); err != nil {
		return opening(err)
	}
	if err := j.sameSpool(ctx, c); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `UPDATE deliveries SET leased_until = 0, lease = '', node = '' WHERE settled IS NULL AND state = 'ready' AND node = $1`, j.options.Node)
	if err != nil {
		return opening(err)
	}
	j.usable.Store(true)
	return nil
}

// copySchema is the first schema that notes how far a copy into the journal is.
const copySchema = 4

// whole refuses a journal of which a part was copied or restored.
func whole(ctx context.Context, c *pgx.Conn, schema int64) error {
	if schema < copySchema {
		return nil
	}
	var part bool
	err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM copying)").Scan(&part)
	if err == nil && part {
		err = errPart
	}
	if err != nil {
		return err
	}
	return intact(ctx, c, schema)
}

// sameSpool holds all nodes to the first one's spool.
func (j *Journal) sameSpool(ctx context.Context, c *pgx.Conn) error {
	if j.options.Spool == "" {
		return nil
	}
	var first string
	_, err := c.Exec(ctx, "INSERT INTO cursors (link, feed, at) VALUES ('', 'spool', $1) ON CONFLICT DO NOTHING", j.options.Spool)
	if err == nil {
		err = c.QueryRow(ctx, "SELECT at FROM cursors WHERE link = '' AND feed = 'spool'").Scan(&first)
	}
	if err != nil {
		return opening(err)
	}
	if first != j.options.Spool {
		return ErrOtherSpool
	}
	return nil
}

// await prepares a journal that was opened late, as soon as its server answers.
func (j *Journal) await(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	told := ""
	for !j.usable.Load() {
		select {
		case <-ctx.Done():
			return nil
		case <-j.ended:
			return nil
		case <-timer.C:
		}
		err := j.prepare(ctx)
		if err != nil && !unreachable(err) {
			return err
		}
		if err != nil && err.Error() != told && ctx.Err() == nil {
			told = err.Error()
			j.options.Log.Warn("the journal can't be opened for now", "err", err)
		}
		timer.Reset(prepareAgain)
	}
	return nil
}

func unreachable(err error) bool {
	var open *OpenError
	return errors.As(err, &open) && open.Unreachable
}
