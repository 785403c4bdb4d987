package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/journal"
)

// claimDue takes what is due and nobody has, or a former life of this node: one that
// was killed while the server still worked on its commit. Rows in other hands are
// passed by, not waited for.
const claimDue = claimWhere + `due <= ` + statementTime + claimFree

// claimStray takes likewise what is due further ahead than it may be: see
// journal.FurthestRetry.
const claimStray = claimWhere + `due > ` + statementTime + ` + $10 AND (NOT firm OR due > ` + statementTime + ` + $11)` + claimFree

const (
	claimWhere = `WITH due AS MATERIALIZED (
 SELECT id FROM deliveries WHERE settled IS NULL AND link = $2 AND state = 'ready' AND `
	claimFree = `
 AND (leased_until <= ` + statementTime + ` OR node = $6 AND NOT starts_with(lease, $7))
 ORDER BY due, id LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE deliveries d SET lease = $4, leased_until = ` + statementTime + ` + CASE WHEN verb = ANY ($8::text[]) THEN $9::bigint ELSE $5::bigint END, node = $6 FROM due WHERE d.id = due.id RETURNING ` + deliveryColumns
)

// fileVerbs move a file: their leases are longer.
var fileVerbs = []string{string(journal.VerbFetch), string(journal.VerbAttachment)}

// claimSettings have the index of what is open read in its order, and rows by
// their keys, be there ever so few when the plan is made.
const claimSettings = `SELECT set_config('idle_in_transaction_session_timeout', '10000', true), set_config('enable_seqscan', 'off', true),
 set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)`

// Claim leases due deliveries of a link, the longest due first. Its clock is the
// database's. It is one transaction: what can't be read is not leased either.
func (j *Journal) Claim(ctx context.Context, c journal.Claim) (out []journal.Claimed, err error) {
	select {
	case <-j.ended:
		return nil, journal.ErrUnavailable
	default:
	}
	conn, err := j.pool.Acquire(ctx)
	if err != nil {
		return nil, failed(err)
	}
	defer conn.Release()
	all, err := j.claim(ctx, conn, c)
	if err == nil && len(all) > 0 {
		out, err = j.gatherFor(ctx, conn, all)
		for i := range out {
			out[i].Until = journal.Cut(c.Now.Add(c.LeaseOf(out[i].Verb))) // by the caller's clock, and no later than by the database's
		}
	}
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	if _, ended := conn.Exec(ctx, end); err == nil && ended != nil {
		return nil, failed(ended)
	}
	return out, err
}

// claim begins a transaction and leases what is due, in its order.
func (j *Journal) claim(ctx context.Context, conn *pgxpool.Conn, c journal.Claim) (all []*delivery, err error) {
	b := &pgx.Batch{}
	b.Queue(begin)
	b.Queue(claimSettings)
	j.askDue(b, &all, c, claimDue)
	if err := failed(conn.SendBatch(ctx, b).Close()); err != nil {
		return nil, err
	}
	if c.Limit > len(all) && j.strays.Sought(c.Link, c.Now) {
		if err := j.claimStrays(ctx, conn, c, &all); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b *delivery) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// claimStrays adds what is due further ahead than it may be.
func (j *Journal) claimStrays(ctx context.Context, conn *pgxpool.Conn, c journal.Claim, all *[]*delivery) error {
	b, most := &pgx.Batch{}, c.Limit
	c.Limit -= len(*all)
	j.askDue(b, all, c, claimStray, journal.FurthestRetry.Microseconds(), journal.FurthestFirm.Microseconds())
	err := failed(conn.SendBatch(ctx, b).Close())
	if err == nil && len(*all) < most {
		j.strays.None(c.Link, c.Now)
	}
	return err
}

// askDue leases what the statement finds.
func (j *Journal) askDue(b *pgx.Batch, all *[]*delivery, c journal.Claim, sql string, more ...any) {
	args := []any{j.clock(), c.Link, int64(c.Limit), j.newLease(), c.Lease.Microseconds(), j.options.Node, j.epoch, fileVerbs, c.LeaseOf(journal.VerbFetch).Microseconds()}
	rows(b.Queue(sql, append(args, more...)...), func(r pgx.Rows) error {
		d, err := readDelivery(r)
		*all = append(*all, d)
		return err
	})
}
