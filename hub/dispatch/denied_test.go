package dispatch_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestOneDenied: an appeal that alone is refused as if the credentials were
// wrong ends as a dead letter, and does not pause its link for ever.
func TestOneDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refused string
		s := &system{serve: func(_ context.Context, c call) error {
			if c.appeal == refused {
				return sdk.Errorf(sdk.Denied, "create", "no rights")
			}
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}, config: link.Config{Concurrency: 1, MaxAttempts: 3}})
		refused = w.submit(appeals(5)...)[0]
		w.run()
		time.Sleep(10 * time.Minute)
		got := w.states(target)
		if got[journal.DeliveryDoneOK] != 4 || got[journal.DeliveryDeadly] != 1 || w.state(target).Paused {
			t.Errorf("got %v, the link: %+v", got, w.state(target))
		}
		if tries := len(s.seen("appeal")) - 4; tries != 4 { // the first one says nothing of the delivery
			t.Errorf("%d tries", tries)
		}
	})
}

// odd gives receipts that no column takes.
type odd struct {
	plain
	receipt sdk.Receipt
}

func (o odd) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	_, err := o.plain.DeliverAppeal(ctx, a)
	return o.receipt, err
}

// TestOddReceipt: a record whose id can't be kept is not created again and
// again: an operator is told.
func TestOddReceipt(t *testing.T) {
	for name, r := range map[string]sdk.Receipt{
		"a zero in it": {Ref: sdk.Ref{ID: "5\x00"}}, "no text": {Ref: sdk.Ref{ID: "\xff"}},
		"too long": {Ref: sdk.Ref{ID: strings.Repeat("я", sdk.MaxName+1)}}, "a token": {Token: "\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &system{}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: odd{plain{s}, r}}})
				w.submit(appeals(1)...)
				w.run()
				time.Sleep(time.Hour)
				if got := w.states(target); got[journal.DeliveryDeadly] != 1 || len(s.seen("appeal")) != 1 {
					t.Errorf("got %v after %d calls", got, len(s.seen("appeal")))
				}
			})
		})
	}
}
