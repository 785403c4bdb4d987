package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Referencer = (*Journal)(nil)

// Referenced returns those of the digests that are some appeal's.
func (j *Journal) Referenced(ctx context.Context, digests ...string) ([]string, error) {
	digest := func(r pgx.CollectableRow) (s string, err error) { return s, r.Scan(&s) }
	return list(ctx, j.pool, digest, "SELECT DISTINCT sha256 FROM files WHERE sha256 <> '' AND sha256 = ANY ($1::text[])", digests)
}
