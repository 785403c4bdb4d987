package postgres

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

var (
	_ journal.Buffered = (*Journal)(nil)
	_ journal.Outbox   = (*Journal)(nil)
)

// Offset returns the next offset of a partition.
func (j *Journal) Offset(ctx context.Context, topic string, partition int32) (next int64, err error) {
	err = j.pool.QueryRow(ctx, "SELECT next FROM offsets WHERE topic = $1 AND part = $2", topic, partition).Scan(&next)
	return next, found(err)
}

// Position returns a link's place in a feed.
func (j *Journal) Position(ctx context.Context, link, feed string) (journal.Position, error) {
	p := journal.Position{Link: link, Feed: feed}
	err := j.pool.QueryRow(ctx, "SELECT at, topic, epoch FROM cursors WHERE link = $1 AND feed = $2", link, feed).Scan(&p.At, &p.Topic, &p.Epoch)
	return p, found(err)
}

// Dismissed returns why what came at a place was parked that an operator took off
// the list.
func (j *Journal) Dismissed(ctx context.Context, ref sdk.Ref, place string) (why journal.Reason, err error) {
	err = j.pool.QueryRow(ctx, "SELECT reason FROM events WHERE stream = $1 AND kind = 'item.dismissed' AND ref_id = $2 AND token = $3 ORDER BY sequence DESC LIMIT 1",
		journal.LinkStream(ref.Link), ref.ID, place).Scan(&why)
	return why, found(err)
}

// writeOffsets moves offsets, in order; never back.
func (t *tx) writeOffsets(b *pgx.Batch) {
	c := &table{}
	byKey := func(x, y offsetKey) int {
		return cmp.Or(cmp.Compare(x.topic, y.topic), cmp.Compare(x.partition, y.partition))
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.out.offsets), byKey) {
		c.row().text(key.topic).int(int64(key.partition), t.out.offsets[key])
	}
	c.queue(b, c.insert("offsets", "topic, part, next")+" ON CONFLICT (topic, part) DO UPDATE SET next = excluded.next WHERE excluded.next > offsets.next")
}

// writeOutbox notes the events for their publishers, where there are any.
func (t *tx) writeOutbox(b *pgx.Batch) {
	if t.options.Outbox == nil {
		return
	}
	c := &table{size: len(t.out.events)}
	for _, e := range t.out.events {
		c.row().int(int64(shard(e.Stream)), e.Seq)
	}
	c.queue(b, c.insert("outbox", "shard, event"))
}

// shard is the part of the outbox that a stream's events are in.
func shard(stream string) int {
	h := fnv.New32a()
	h.Write([]byte(stream))
	return int(h.Sum32() % journal.Shards)
}

// unpublished reads the oldest events of shards, with the notes of dead deliveries
// for their only bodies. Those of a stream commit in the order of their numbers.
const unpublished = `SELECT ` + bareColumns + `, CASE WHEN e.kind = '` + string(journal.DeliveryDead) + `' THEN e.body END FROM (SELECT event FROM outbox WHERE shard = ANY ($1::int[]) ORDER BY event LIMIT $2) o JOIN events e ON e.seq = o.event ORDER BY e.seq`

// Unpublished returns events of shards, in the order of each stream: fewer where the
// dead letters among them are large.
func (j *Journal) Unpublished(ctx context.Context, shards []int, limit int) ([]journal.Unpublished, error) {
	read := func(r pgx.CollectableRow) (journal.Unpublished, error) {
		e, _, err := j.event(r)
		if e == nil {
			return journal.Unpublished{}, err
		}
		u := journal.Unpublished{Event: *e}
		u.Event.Body = nil
		if e.Kind == journal.DeliveryDead {
			u.Why = noteOf(e.Body)
		}
		return u, nil
	}
	all, err := list(ctx, j.pool, read, unpublished, shards, limit)
	if err != nil {
		return nil, err
	}
	return j.letters(ctx, all)
}

// Published takes events out of the outbox.
func (j *Journal) Published(ctx context.Context, seqs ...int64) error {
	_, err := j.pool.Exec(ctx, "DELETE FROM outbox WHERE event = ANY ($1::bigint[])", seqs)
	return failed(err)
}
