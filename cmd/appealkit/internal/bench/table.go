package bench

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/bus"
)

// table is the bare limit: what is read goes into one table, with the offset in
// the same transaction, and nothing is looked at.
type table struct {
	pool *pgxpool.Pool
	done atomic.Int64
}

var _ bus.Handler = (*table)(nil)

func newTable(ctx context.Context, url string) (*table, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE bare (key text PRIMARY KEY, body bytea NOT NULL); ALTER TABLE bare ALTER COLUMN body SET STORAGE EXTERNAL;
 CREATE TABLE bare_offsets (part int PRIMARY KEY, next bigint NOT NULL)`)
	return &table{pool: pool}, err
}

func (t *table) drop(ctx context.Context) error {
	defer t.pool.Close()
	_, err := t.pool.Exec(ctx, "DROP TABLE bare, bare_offsets")
	return err
}

// Place is the beginning: the table is empty.
func (t *table) Place(context.Context, int32) (int64, bool) { return -1, true }

// Own has nothing to do.
func (t *table) Own(ctx context.Context, _ int32, _ int64) { <-ctx.Done() }

// Pass has nothing to keep: no reading begins there.
func (t *table) Pass(context.Context, int32, int64) error { return nil }

// Take is one transaction.
func (t *table) Take(ctx context.Context, partition int32, batch []bus.Message) error {
	keys, bodies := make([]string, len(batch)), make([][]byte, len(batch))
	for i, m := range batch {
		keys[i], bodies[i] = m.Key, m.Value
	}
	_, err := t.pool.Exec(ctx, `WITH moved AS (INSERT INTO bare_offsets VALUES ($3, $4) ON CONFLICT (part) DO UPDATE SET next = excluded.next)
 INSERT INTO bare SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING`, keys, bodies, partition, batch[len(batch)-1].Place.Offset+1)
	if err == nil {
		t.done.Add(int64(len(batch)))
	}
	return err
}
