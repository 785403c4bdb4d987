package postgres

import (
	"context"
	"errors"
)

// ErrOtherSpool says that the nodes of the journal keep their files elsewhere.
var ErrOtherSpool = errors.New("the nodes of this journal keep their files in another folder")

// SameSpool holds all nodes to one spool, whose id is given: a node that can't
// read the files that another one stored must not deliver. The first node's is
// kept; ErrOtherSpool where it is another one.
func (j *Journal) SameSpool(ctx context.Context, id string) error {
	_, err := j.pool.Exec(ctx, "INSERT INTO cursors (link, feed, at) VALUES ('', 'spool', $1) ON CONFLICT DO NOTHING", id)
	if err != nil {
		return failed(err)
	}
	var first string
	if err := j.pool.QueryRow(ctx, "SELECT at FROM cursors WHERE link = '' AND feed = 'spool'").Scan(&first); err != nil {
		return failed(err)
	}
	if first != id {
		return ErrOtherSpool
	}
	return nil
}
