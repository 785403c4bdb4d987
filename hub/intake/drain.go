package intake

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// drain reads the inbound topic into the journal. How far it has come is kept in
// the transaction that appends: no message is passed over, and one that comes
// twice is a duplicate.
type drain struct{ *Intake }

var _ bus.Handler = (*drain)(nil)

// buffered is the journal as one behind a topic.
func (in *Intake) buffered() journal.Buffered {
	b, _ := in.cfg.Journal.(journal.Buffered)
	return b
}

// Place asks the journal how far a partition is.
func (d *drain) Place(ctx context.Context, partition int32) (next int64, known bool) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	next, err := d.buffered().Offset(ctx, d.cfg.Bus.Inbound().ID, partition)
	if errors.Is(err, journal.ErrNotFound) {
		return -1, true
	}
	return next, err == nil
}

// take is one message on its way into the journal.
type take struct {
	message *bus.Message
	entry   *journal.Entry    // nil for a cursor
	cursor  *journal.Position // nil for all others
}

// Take appends messages of one partition.
func (d *drain) Take(ctx context.Context, partition int32, batch []bus.Message) error {
	all := make([]take, len(batch))
	for i := range batch {
		one, err := d.read(ctx, &batch[i])
		if err != nil {
			return err
		}
		all[i] = one
	}
	return d.append(ctx, partition, all)
}

// Pass has the journal know that nothing of a partition is to be read before next.
func (d *drain) Pass(ctx context.Context, partition int32, next int64) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	_, err := d.cfg.Journal.Append(ctx, journal.Batch{Offset: d.offset(partition, next)})
	return err
}

func (d *drain) offset(partition int32, next int64) *journal.Offset {
	return &journal.Offset{Topic: d.cfg.Bus.Inbound().ID, Partition: partition, Next: next}
}

// read makes an entry or a position of a message. It waits for a spool that can't
// be asked.
func (d *drain) read(ctx context.Context, m *bus.Message) (take, error) {
	if m.Get(bus.HeaderType) == bus.TypeCursor {
		at, err := d.position(m)
		if err == nil {
			return take{message: m, cursor: &at}, nil
		}
		return d.refusedCursor(m, err.Error()), nil
	}
	for n := 0; ; n++ {
		e, err := d.entry(m)
		if err == nil {
			return take{message: m, entry: &e}, nil
		}
		d.cfg.Log.Error("an inbound message waits: the spool can't be asked about its files", "err", err)
		if !sleep(ctx, again(n)) {
			return take{}, ctx.Err()
		}
	}
}

// refusedCursor makes a dead letter of a position that is none, or that the database
// does not take.
func (d *drain) refusedCursor(m *bus.Message, why string) take {
	e := d.refuse(journal.Entry{At: d.timeOf(m), Link: link.BusName}, m, m.Key, why)
	return take{message: m, entry: &e}
}

// append makes all durable. A row or a position that the database refuses is found by
// halves and kept as rejected; a journal that is down is waited for.
func (d *drain) append(ctx context.Context, partition int32, all []take) error {
	told := ""
	for n := 0; ; n++ {
		failpoint.Hit("bus.before_drain")
		err := d.try(ctx, partition, all)
		switch {
		case err == nil:
			failpoint.Hit("bus.drained")
			if told != "" {
				d.cfg.Log.Info("the journal can be used again: it reads on in the inbound topic", "partition", partition)
			}
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case environment(err):
			if told != err.Error() {
				d.cfg.Log.Error("the journal can't be used: what comes in waits in the inbound topic", "partition", partition, "err", err)
			}
			told = err.Error()
		case len(all) > 1:
			half := len(all) / 2
			if err := d.append(ctx, partition, all[:half]); err != nil {
				return err
			}
			all = all[half:]
			continue
		case all[0].entry != nil && all[0].entry.Rejected == nil:
			e := d.refuse(*all[0].entry, all[0].message, idOf(all[0].message), notTaken)
			all[0].entry = &e
			continue
		case all[0].cursor != nil && errors.Is(err, journal.ErrRefused):
			all[0] = d.refusedCursor(all[0].message, notTaken)
			continue
		default:
			d.cfg.Log.Error("the journal refuses what it must keep", "partition", partition, "offset", all[0].message.Place.Offset, "err", err)
		}
		if !sleep(ctx, again(n)) {
			return ctx.Err()
		}
	}
}

// environment tells a journal that can't be used from rows that it refuses.
func environment(err error) bool {
	return errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrFull) || errors.Is(err, context.DeadlineExceeded)
}

// again is the wait before the next attempt after n that failed.
func again(n int) time.Duration {
	return time.Duration(math.Min(float64(100*time.Millisecond)*math.Pow(2, float64(n)), float64(2*time.Second)))
}

func (d *drain) try(ctx context.Context, partition int32, all []take) error {
	b := journal.Batch{Offset: d.offset(partition, all[len(all)-1].message.Place.Offset+1)}
	for i := range all {
		if all[i].cursor != nil {
			b.Cursors = append(b.Cursors, *all[i].cursor)
		} else {
			b.Entries = append(b.Entries, *all[i].entry)
		}
	}
	results, err := d.cfg.Journal.Append(ctx, b)
	if err != nil {
		return err
	}
	for i := range results {
		d.count(&b.Entries[i], results[i])
	}
	return nil
}
