package dispatch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// partly is a journal that settles only the first of several at first.
type partly struct {
	journal.Journal
	times int // that it does so
}

func (p *partly) Settle(ctx context.Context, all ...journal.Settlement) ([]error, error) {
	if p.times == 0 || len(all) == 0 {
		return p.Journal.Settle(ctx, all...)
	}
	p.times--
	errs, err := p.Journal.Settle(ctx, all[:len(all)-1]...)
	return append(errs, journal.ErrUnavailable), err
}

// TestSettledInPart: a settlement that the journal could not take with others is given
// again, and the call that it tells of is not made once more.
func TestSettledInPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edms := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{edms}}, journal: func(j journal.Journal) journal.Journal { return &partly{j, 3} }})
		w.submit(appeals(5)...)
		w.run()
		time.Sleep(time.Hour) // leases end, and what is not settled is called again
		if n := len(edms.seen("appeal")); n != 5 {
			t.Errorf("%d calls", n)
		}
		if got := w.states(target)[journal.DeliveryDoneOK]; got != 5 {
			t.Errorf("%d done", got)
		}
	})
}
