package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

const (
	settleMax   = 256                    // settlements in one call of the journal
	settleAgain = 500 * time.Millisecond // after a failure of the journal
)

// settle settles what the workers pass on, as much at once as has gathered
// while the commit before was under way, until the channel is closed.
func (o *outlet) settle(ctx context.Context) {
	for first := range o.settled {
		batch := o.gather(first)
		failpoint.Hit("dispatch.before_settle")
		if o.commit(ctx, batch) {
			failpoint.Hit("dispatch.after_settle")
			o.remind(batch)
		}
	}
}

// gather adds to the first what is there already. The slice is the journal's
// from then on.
func (o *outlet) gather(first journal.Settlement) []journal.Settlement {
	batch := append(make([]journal.Settlement, 0, 1+len(o.settled)), first)
	for len(batch) < settleMax {
		select {
		case s, ok := <-o.settled:
			if !ok {
				return batch
			}
			batch = append(batch, s)
		default:
			return batch
		}
	}
	return batch
}

// commit settles the batch, again and again while the journal can't take it, or a
// part of it: the calls were made. Meanwhile the workers stop at a full channel. It
// gives up only when ctx ends; then the leases end by themselves.
func (o *outlet) commit(ctx context.Context, batch []journal.Settlement) bool {
	for told := false; ; told = true {
		errs, err := o.journal.Settle(ctx, batch...)
		if err == nil {
			var taken []journal.Settlement
			taken, batch, err = o.report(batch, errs)
			if len(taken) > 0 && !o.commit(ctx, taken) {
				return false
			}
		}
		switch {
		case err == nil:
			return true
		case ctx.Err() == nil && !unavailable(err):
			o.oneByOne(ctx, batch, err)
			return true
		case !told:
			o.log.Warn("deliveries can't be settled yet", "deliveries", len(batch), "error", err)
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(settleAgain):
		}
	}
}

// unavailable reports whether the journal may take later what it refused.
func unavailable(err error) bool {
	return errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrFull) || errors.Is(err, journal.ErrLocked)
}

// oneByOne settles what the journal refused as a whole, so that one settlement
// which it can't take costs only itself: that delivery comes again when its
// lease has ended.
func (o *outlet) oneByOne(ctx context.Context, batch []journal.Settlement, refused error) {
	if len(batch) == 1 {
		o.log.Error("a delivery can't be settled", "delivery", batch[0].Delivery, "error", refused)
		return
	}
	for i := range batch {
		o.commit(ctx, batch[i:i+1])
	}
}

// report logs the settlements that the journal refused, and returns what is to
// be made dead letters, those whose record is another appeal's, and what the journal
// may take later, with one of the reasons.
func (o *outlet) report(batch []journal.Settlement, errs []error) (taken, left []journal.Settlement, why error) {
	for i, err := range errs {
		switch {
		case err == nil:
		case unavailable(err):
			left, why = append(left, batch[i]), err
		case errors.Is(err, journal.ErrLease):
			o.log.Warn("a delivery's lease ended before it was settled", "delivery", batch[i].Delivery)
		case errors.Is(err, journal.ErrTaken):
			o.log.Error("a system gave an appeal the record of another one", "delivery", batch[i].Delivery, "error", err)
			s := batch[i]
			s.As, s.Kind, s.Error, s.Counts, s.Receipt = journal.SettleDead, sdk.Conflict, cut(err.Error()), true, sdk.Receipt{}
			taken = append(taken, s)
		default:
			o.log.Error("a delivery was not settled", "delivery", batch[i].Delivery, "error", err)
		}
	}
	return taken, left, why
}

// remind tells the claimer of the earliest retry.
func (o *outlet) remind(batch []journal.Settlement) {
	earliest := int64(0)
	for i := range batch {
		if batch[i].As != journal.SettleRetry {
			continue
		}
		if due := batch[i].Due.UnixNano(); earliest == 0 || due < earliest {
			earliest = due
		}
	}
	if earliest == 0 {
		return
	}
	for {
		known := o.nextDue.Load()
		if known != 0 && known <= earliest {
			return
		}
		if o.nextDue.CompareAndSwap(known, earliest) {
			o.kick()
			return
		}
	}
}
