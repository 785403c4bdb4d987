package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Parked returns parked things, oldest first.
func (j *Journal) Parked(ctx context.Context, q journal.ParkedQuery) ([]journal.Parked, error) {
	w := &where{}
	w.when(q.Link != "", "p.link = ?", q.Link)
	w.when(q.RefID != "", "p.ref_id = ?", q.RefID)
	w.when(q.Place != "", "p.token = ?", q.Place)
	w.when(q.Reason != "", "p.reason = ?", string(q.Reason))
	w.when(q.After > 0, "p.id > ?", q.After)
	read := func(r pgx.CollectableRow) (p journal.Parked, err error) {
		var at int64
		var stream string
		var sealed []byte
		if err := r.Scan(&p.ID, &at, &p.Link, &p.RefID, &p.Reason, &p.Appeal, &p.Place, &p.Event, &stream, &sealed); err != nil {
			return p, err
		}
		p.At = timeOf(at)
		p.Body, _, err = j.unseal(stream, sealed)
		return p, err
	}
	return list(ctx, j.pool, read, "SELECT p.id, p.at, p.link, p.ref_id, p.reason, p.appeal, p.token, p.event, e.stream, e.body FROM parked p JOIN events e ON e.seq = p.event"+
		w.sql()+" ORDER BY p.id"+limit(q.Limit), w.values...)
}

// OpenRefs returns references of appeals that are not in a final status.
func (j *Journal) OpenRefs(ctx context.Context, link, after string, most int) ([]sdk.Ref, error) {
	read := func(r pgx.CollectableRow) (sdk.Ref, error) {
		ref := sdk.Ref{Link: link}
		err := r.Scan(&ref.ID)
		return ref, err
	}
	return list(ctx, j.pool, read, "SELECT id FROM refs WHERE open AND link = $1 AND id > $2 ORDER BY id"+limit(most), link, after)
}

// Cursor returns a link's place in a feed; the zero one where it has none.
func (j *Journal) Cursor(ctx context.Context, link, feed string) (sdk.Cursor, error) {
	var at string
	err := j.pool.QueryRow(ctx, "SELECT at FROM cursors WHERE link = $1 AND feed = $2", link, feed).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return sdk.Cursor(at), failed(err)
}

// Scan walks the whole log stream by stream.
func (j *Journal) Scan(ctx context.Context, visit func(e *journal.Event, digest []byte) error) error {
	return j.snapshot(ctx, func(c pgx.Tx) error {
		all, err := c.Query(ctx, "SELECT "+eventColumns+" FROM events e ORDER BY e.stream, e.sequence")
		if err != nil {
			return failed(err)
		}
		defer all.Close()
		for all.Next() {
			e, digest, err := j.event(all)
			if e == nil {
				return failed(err)
			}
			if err != nil {
				digest = nil // it can't be opened: the visitor sees that it does not match
			}
			if err := visit(e, digest); err != nil {
				return err
			}
		}
		return failed(all.Err())
	})
}

// Stats counts for metrics and readiness. Events is the last one's place:
// transactions that were rolled back leave gaps.
func (j *Journal) Stats(ctx context.Context) (journal.Stats, error) {
	st := journal.Stats{Links: map[string]journal.LinkStats{}, Parked: map[journal.Reason]int64{}, Commits: j.commits.Load()}
	b := &pgx.Batch{}
	b.Queue("BEGIN READ ONLY")
	b.Queue(claimSettings) // the counts are of an index, too
	rows(b.Queue(`SELECT c.link, c.open, c.dead, d.created FROM (
 SELECT link, count(*) AS open, count(*) FILTER (WHERE state = 'dead') AS dead, min(id) AS oldest FROM deliveries WHERE settled IS NULL GROUP BY link) c
 JOIN deliveries d ON d.id = c.oldest`), func(r pgx.Rows) error {
		var link string
		var l journal.LinkStats
		var oldest int64
		err := r.Scan(&link, &l.Open, &l.Dead, &oldest)
		l.Oldest = timeOf(oldest)
		st.Links[link] = l
		return err
	})
	rows(b.Queue("SELECT reason, count(*) FROM parked GROUP BY reason"), func(r pgx.Rows) error {
		var reason string
		var n int64
		err := r.Scan(&reason, &n)
		st.Parked[journal.Reason(reason)] = n
		return err
	})
	b.Queue("SELECT coalesce(max(seq), 0) FROM events").QueryRow(func(r pgx.Row) error { return r.Scan(&st.Events) })
	b.Queue("COMMIT")
	return st, failed(j.pool.SendBatch(ctx, b).Close())
}
