package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

var _ journal.Archiver = (*Journal)(nil)

// idleAppeals are the next appeals that have rows in the live partitions, with
// whether they may be archived. None of them tells of those behind it: an id has
// the source's time, and what is idle goes by the hub's.
const idleAppeals = `WITH next AS MATERIALIZED (
 (SELECT DISTINCT appeal FROM deliveries WHERE appeal > $4 ORDER BY appeal LIMIT $5) UNION
 (SELECT DISTINCT appeal FROM deadlines WHERE appeal > $4 ORDER BY appeal LIMIT $5) ORDER BY appeal LIMIT $5)
SELECT n.appeal, coalesce(` + idle + `, false)
 FROM next n LEFT JOIN appeals a ON a.id = n.appeal ORDER BY n.appeal`

// idle is of an appeal that is over, and of which nothing has been heard for the
// time given.
const idle = `a.updated_at < ` + presentTime + ` - $2 AND a.parked = '' AND a.status = ANY ($3::text[])`

// lockIdle locks those of the appeals that nobody is at work on, in the order of
// every transaction. It waits for nobody.
const lockIdle = `SELECT a.id FROM appeals a WHERE a.id = ANY ($4::text[]) AND ` + idle + ` ORDER BY a.id FOR UPDATE SKIP LOCKED`

// markArchived marks those of the appeals, which are locked, that wait for nothing.
const markArchived = `UPDATE appeals a SET archived = true WHERE a.id = ANY ($1::text[])
 AND NOT EXISTS (SELECT FROM deliveries d WHERE d.appeal = a.id AND d.settled IS NULL)
 AND NOT EXISTS (SELECT FROM deadlines t WHERE t.appeal = a.id AND (t.open OR t.wake > 0)) RETURNING a.id`

// newerTerms takes from the archive what lies in the live partition too: a
// program that knew of no archive wrote it there while it still ran.
const newerTerms = `DELETE FROM deadlines_archive a WHERE a.appeal = ANY ($1::text[])
 AND EXISTS (SELECT FROM deadlines d WHERE d.appeal = a.appeal AND d.term = a.term)`

// Archive looks at the next appeals of the live partitions, and moves the rows of
// those that are over to the archive. It is one transaction.
func (j *Journal) Archive(ctx context.Context, idle time.Duration, after string, limit int) (out journal.Archived, err error) {
	select {
	case <-j.ended:
		return out, journal.ErrUnavailable
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, txTime)
	defer cancel()
	conn, err := j.pool.Acquire(ctx)
	if err != nil {
		return out, failed(err)
	}
	defer conn.Release()
	m := &mover{Journal: j, ctx: ctx, c: conn, idle: idle.Microseconds()}
	if out, err = m.move(after, limit); err != nil {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "ROLLBACK") // where it does not come through, the connection is not used again
		return journal.Archived{}, failed(err)
	}
	return out, nil
}

// mover is one transaction of Archive's.
type mover struct {
	*Journal
	ctx  context.Context
	c    *pgxpool.Conn
	idle int64 // µs
}

func (m *mover) move(after string, limit int) (out journal.Archived, err error) {
	ids, next, err := m.candidates(after, limit)
	if err != nil {
		return out, err
	}
	out.After = next
	if len(ids) > 0 {
		ids, err = m.names(lockIdle, m.clock(), m.idle, finals(), ids)
	}
	if err == nil && len(ids) > 0 {
		ids, err = m.names(markArchived, ids)
	}
	if err != nil {
		return out, err
	}
	b := &pgx.Batch{}
	if out.Appeals = len(ids); len(ids) > 0 {
		b.Queue(newerTerms, ids)
		b.Queue("UPDATE deliveries_all SET archived = true WHERE appeal = ANY ($1::text[]) AND NOT archived", ids)
		b.Queue("UPDATE deadlines_all SET archived = true WHERE appeal = ANY ($1::text[]) AND NOT archived", ids)
	}
	b.Queue("COMMIT")
	return out, m.c.SendBatch(m.ctx, b).Close()
}

// candidates begins, and reads which of the next appeals may be archived, and
// where to go on.
func (m *mover) candidates(after string, limit int) (ids []string, next string, err error) {
	b := &pgx.Batch{}
	b.Queue(begin)
	b.Queue(txSettings, m.clock())
	seen := 0
	rows(b.Queue(idleAppeals, m.clock(), m.idle, finals(), after, limit), func(r pgx.Rows) error {
		var over bool
		err := r.Scan(&next, &over)
		seen++
		if over {
			ids = append(ids, next)
		}
		return err
	})
	err = m.c.SendBatch(m.ctx, b).Close()
	if seen < limit {
		next = ""
	}
	return ids, next, err
}

func (m *mover) names(sql string, args ...any) ([]string, error) {
	return list(m.ctx, m.c, pgx.RowTo[string], sql, args...)
}

// finals are the statuses that end the work on an appeal.
func finals() (out []string) {
	for _, s := range sdk.Statuses() {
		if s.Final() {
			out = append(out, string(s))
		}
	}
	return out
}

// bringBack moves what belongs to those of the appeals that are archived back to
// the live partitions, before anything is written there.
func (t *tx) bringBack(b *pgx.Batch, all []*appeal) {
	var ids []string
	for _, a := range all {
		if a.archived {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	b.Queue(newerTerms, ids)
	b.Queue("UPDATE deliveries_all SET archived = false WHERE appeal = ANY ($1::text[]) AND archived", ids)
	b.Queue("UPDATE deadlines_all SET archived = false WHERE appeal = ANY ($1::text[]) AND archived", ids)
}
