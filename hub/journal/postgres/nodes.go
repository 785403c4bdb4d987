package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Registry = (*Journal)(nil)

// forget is after how long a silent node is no node any more, and a lease that is
// over no lease.
const forget = 24 * time.Hour

// Beat says that the node works.
func (j *Journal) Beat(ctx context.Context, n journal.Node) error {
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO nodes (node, host, listen, version, started, draining, polls, seen) VALUES ($2, $3, $4, $5, $6, $7, $8, `+presentTime+`)
 ON CONFLICT (node) DO UPDATE SET host = excluded.host, listen = excluded.listen, version = excluded.version, started = excluded.started,
 draining = excluded.draining, polls = excluded.polls, seen = excluded.seen`,
		j.clock(), n.ID, n.Host, n.Listen, n.Version, micros(n.Started), n.Draining, strings.Join(n.Polls, " "))
	b.Queue("DELETE FROM nodes WHERE seen < "+presentTime+" - $2", j.clock(), forget.Microseconds())
	b.Queue("DELETE FROM leases WHERE until < "+presentTime+" - $2", j.clock(), forget.Microseconds())
	return failed(j.pool.SendBatch(ctx, b).Close())
}

// Leave takes a node out.
func (j *Journal) Leave(ctx context.Context, id string) error {
	_, err := j.pool.Exec(ctx, "DELETE FROM nodes WHERE node = $1", id)
	return failed(err)
}

// Nodes returns all that have not left, and who has something in hand.
func (j *Journal) Nodes(ctx context.Context) ([]journal.NodeState, error) {
	return j.known(ctx, true)
}

// Peers returns all that have not left, and who holds a lease.
func (j *Journal) Peers(ctx context.Context) ([]journal.NodeState, error) {
	return j.known(ctx, false)
}

// roll is nodes by id.
type roll map[string]*journal.NodeState

// of adds a node that nobody has heard of: it has left, or been forgotten.
func (r roll) of(id string) *journal.NodeState {
	if r[id] == nil {
		r[id] = &journal.NodeState{Node: journal.Node{ID: id}, InHand: map[string]int{}}
	}
	return r[id]
}

func (j *Journal) known(ctx context.Context, inHand bool) ([]journal.NodeState, error) {
	all, b := roll{}, &pgx.Batch{}
	rows(b.Queue("SELECT node, host, listen, version, started, draining, polls, seen, "+presentTime+" - seen FROM nodes", j.clock()), all.beat)
	if inHand {
		rows(b.Queue("SELECT node, link, count(*) FROM deliveries WHERE settled IS NULL AND state = 'ready' AND leased_until > "+presentTime+" GROUP BY node, link", j.clock()), all.hand)
	}
	rows(b.Queue("SELECT node, name FROM leases WHERE until > "+presentTime+" ORDER BY name", j.clock()), all.lease)
	if err := failed(j.pool.SendBatch(ctx, b).Close()); err != nil {
		return nil, err
	}
	out := make([]journal.NodeState, 0, len(all))
	for _, n := range all {
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b journal.NodeState) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// beat reads a node's last sign of life.
func (r roll) beat(row pgx.Rows) error {
	var n journal.NodeState
	var polls string
	var started, seen, silent int64
	err := row.Scan(&n.ID, &n.Host, &n.Listen, &n.Version, &started, &n.Draining, &polls, &seen, &silent)
	n.Started, n.Seen, n.Silent, n.Polls, n.InHand = timeOf(started), timeOf(seen), time.Duration(silent)*time.Microsecond, strings.Fields(polls), map[string]int{}
	r[n.ID] = &n
	return err
}

// hand reads how many deliveries of a link a node has in hand.
func (r roll) hand(row pgx.Rows) error {
	var id, link string
	var n int
	err := row.Scan(&id, &link, &n)
	r.of(id).InHand[link] = n
	return err
}

// lease reads what a node alone does.
func (r roll) lease(row pgx.Rows) error {
	var id, name string
	err := row.Scan(&id, &name)
	r.of(id).Leases = append(r.of(id).Leases, name)
	return err
}
