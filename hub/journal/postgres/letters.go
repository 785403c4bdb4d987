package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// The measures of dead letters, each of which may be as large as what came.
const (
	letterBytes   = 16 << 20 // after so much of them the rest is left for later
	lettersAtOnce = 8        // are read at once
)

// letters adds to dead letters what could not be delivered or read. It leaves out
// what follows the one with which there is letterBytes of it.
func (j *Journal) letters(ctx context.Context, all []journal.Unpublished) ([]journal.Unpublished, error) {
	var dead []int
	for i := range all {
		if k := all[i].Event.Kind; k == journal.DeliveryDead || k == journal.ItemRejected {
			dead = append(dead, i)
		}
	}
	held := 0
	for some := range slices.Chunk(dead, lettersAtOnce) {
		if err := j.fill(ctx, all, some); err != nil {
			return nil, err
		}
		for _, i := range some {
			if held += len(all[i].Dead); held >= letterBytes {
				return all[:i+1], nil
			}
		}
	}
	return all, nil
}

const (
	rejectedBodies = "SELECT " + eventColumns + ", e.seq FROM events e WHERE e.seq = ANY ($1::bigint[])"
	causingBodies  = "SELECT " + eventColumns + ", d.id FROM deliveries_all d JOIN events e ON e.seq = d.event WHERE d.id = ANY ($1::bigint[])"
)

// fill reads some letters: a rejected item is its own event's, what could not be
// delivered that of the event that caused the delivery.
func (j *Journal) fill(ctx context.Context, all []journal.Unpublished, some []int) error {
	var rejected, deliveries []int64
	for _, i := range some {
		if e := &all[i].Event; e.Kind == journal.ItemRejected {
			rejected = append(rejected, e.Seq)
		} else {
			deliveries = append(deliveries, e.Delivery)
		}
	}
	b := &pgx.Batch{}
	items, causes := j.queueBodies(b, rejectedBodies, rejected), j.queueBodies(b, causingBodies, deliveries)
	if err := failed(j.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	for _, i := range some {
		if u := &all[i]; u.Event.Kind == journal.ItemRejected {
			u.Dead, u.Was, u.Why = rawOf(items[u.Event.Seq])
		} else {
			u.Dead = causes[u.Event.Delivery]
		}
	}
	return nil
}

// queueBodies has the batch read events' bodies, by what the query adds to them.
func (j *Journal) queueBodies(b *pgx.Batch, sql string, ids []int64) map[int64][]byte {
	bodies := map[int64][]byte{}
	if len(ids) == 0 {
		return bodies
	}
	rows(b.Queue(sql, ids), func(r pgx.Rows) error {
		var id int64
		e, _, err := j.event(r, &id)
		if e == nil {
			return err
		}
		bodies[id] = e.Body
		return nil
	})
	return bodies
}

func rawOf(body []byte) ([]byte, *journal.Original, string) {
	raw, was, err := journal.ReadRawBody(body)
	if err != nil {
		return nil, nil, ""
	}
	return raw.Body, was, raw.Reason
}

func noteOf(body []byte) string {
	text, err := journal.ReadNoteBody(body)
	if err != nil {
		return ""
	}
	return text
}
