package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Points at which a test may kill the process.
const (
	beforeCommit = "postgres.before_commit"
	afterCommit  = "postgres.after_commit"
)

// begin begins a transaction that writes. Each of its statements sees what others have
// committed by then, whatever the database's default_transaction_isolation is: under a
// stricter one those who work side by side would fail each other without end.
const begin = "BEGIN ISOLATION LEVEL READ COMMITTED"

// tx is one transaction of a writer's. It has three parts: what the operations
// are about is read and locked; they think in memory; what they changed is
// written.
type tx struct {
	*Journal
	ctx   context.Context
	c     *pgxpool.Conn
	start time.Time // by this node's clock
	began bool      // the database has answered
	now   time.Time

	refs       map[sdk.Ref]*ref
	tokens     map[sdk.Ref]*token // by link and token
	offered    map[sdk.Ref]string // ids of the appeals that the sources' references would be
	appeals    map[string]*appeal // locked, or new
	deliveries map[int64]*delivery
	places     map[int64]place
	heads      map[string]*head
	seen       map[seen]bool
	parked     []*parked // of this transaction
	parks      int64     // how many there have been
	attached   map[int64]bool
	out        writes
	wake       []string // links with deliveries that have become due
	news       []sdk.DeadlineNews
	fresh      []content           // of what is recorded
	lease      string              // of what goes to this node's hands
	hands      map[string]*handful // by link
}

// place is where a delivery belongs.
type place struct {
	appeal, link string
	told         int64 // sequence of the event that a status tells of
}

func newTx(ctx context.Context, j *Journal) *tx {
	return &tx{
		Journal: j, ctx: ctx, start: time.Now(), refs: map[sdk.Ref]*ref{}, tokens: map[sdk.Ref]*token{}, offered: map[sdk.Ref]string{},
		appeals: map[string]*appeal{}, deliveries: map[int64]*delivery{}, places: map[int64]place{},
		heads: map[string]*head{}, seen: map[seen]bool{}, attached: map[int64]bool{}, out: newWrites(),
		lease: j.newLease(), hands: map[string]*handful{},
	}
}

// carryOut does it all; see Journal.attempt for what it returns.
func (t *tx) carryOut(ops []*op) (refused int, err error) {
	t.c, err = t.writers.Acquire(t.ctx)
	if err != nil {
		return -1, failed(err)
	}
	defer t.c.Release()
	n := newNeeds()
	for _, o := range ops {
		o.need(n)
	}
	if err := t.read(n); err != nil {
		t.rollback()
		return -1, err
	}
	for i, o := range ops {
		if err := o.run(t); err != nil {
			t.rollback()
			if broken(err) {
				return -1, err
			}
			return i, err
		}
	}
	wrote, err := t.write()
	t.recorded(len(t.out.events), err)
	if err != nil {
		t.handOver(err)
		t.rollback()
		return -1, err
	}
	if wrote {
		t.commits.Add(1)
		failpoint.Hit(afterCommit)
		failpoint.Delay()
	}
	t.recent.put(t.fresh)
	t.handOver(nil)
	t.woken(t.wake)
	if t.options.Told != nil && len(t.news) > 0 {
		t.options.Told(t.news)
	}
	if t.options.Outbox != nil && len(t.out.events) > 0 {
		t.options.Outbox()
	}
	return -1, nil
}

// rollback gives up. Where it does not come through, the connection is not used
// again.
func (t *tx) rollback() { _, _ = t.c.Exec(t.ctx, "ROLLBACK") }

// send runs a batch in one round trip.
func (t *tx) send(b *pgx.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	return failed(t.c.SendBatch(t.ctx, b).Close())
}

// due notes that a link has something to do.
func (t *tx) due(link string) {
	for _, known := range t.wake {
		if known == link {
			return
		}
	}
	t.wake = append(t.wake, link)
}

// woken tells of links with deliveries that have become due: this node at once,
// the others soon.
func (j *Journal) woken(links []string) {
	for _, link := range links {
		j.options.Ready(link)
	}
	j.told.add(links)
}

// seal packs and seals a text of the stream's; nil for none.
func (j *Journal) seal(stream, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	packed, _ := journal.Pack([]byte(text))
	return j.options.Codec.Seal(nil, stream, packed)
}

// unseal opens a sealed column; digest is that of the plaintext.
func (j *Journal) unseal(stream string, sealed []byte) (body, digest []byte, err error) {
	if len(sealed) == 0 {
		return nil, nil, nil
	}
	packed, err := j.options.Codec.Open(stream, sealed)
	if err != nil {
		return nil, nil, err
	}
	return journal.Unpack(packed)
}

// rows has f read each row of a query's answer.
func rows(q *pgx.QueuedQuery, f func(r pgx.Rows) error) {
	q.Query(func(r pgx.Rows) error {
		for r.Next() {
			if err := f(r); err != nil {
				return fmt.Errorf("read a row: %w", err)
			}
		}
		return r.Err()
	})
}
