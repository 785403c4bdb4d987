package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Leaser = (*Journal)(nil)

// hold takes what is free or over, and renews what is this node's. Names come in
// order, so that nodes don't wait for each other in a ring.
const hold = `INSERT INTO leases (name, node, until) SELECT name, $3, ` + presentTime + ` + $4 FROM unnest($2::text[]) AS k (name) ORDER BY name
 ON CONFLICT (name) DO UPDATE SET node = excluded.node, until = excluded.until WHERE leases.node = excluded.node OR leases.until <= ` + presentTime + `
 RETURNING name`

// Hold takes or renews leases for this node.
func (j *Journal) Hold(ctx context.Context, ttl time.Duration, names ...string) ([]string, error) {
	slices.Sort(names)
	name := func(r pgx.CollectableRow) (s string, err error) { return s, r.Scan(&s) }
	held, err := list(ctx, j.pool, name, hold, j.clock(), names, j.options.Node, ttl.Microseconds())
	slices.Sort(held)
	return held, err
}

// LetGo gives this node's leases back.
func (j *Journal) LetGo(ctx context.Context, names ...string) error {
	_, err := j.pool.Exec(ctx, "DELETE FROM leases WHERE name = ANY ($1::text[]) AND node = $2", names, j.options.Node)
	return failed(err)
}
