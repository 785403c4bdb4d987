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
// wrong ends as a dead letter, and does not pause its link.
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
		time.Sleep(time.Second / 2)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 4 {
			t.Errorf("the others: %v", got)
		}
		time.Sleep(10 * time.Minute)
		got := w.states(target)
		if got[journal.DeliveryDoneOK] != 4 || got[journal.DeliveryDeadly] != 1 || w.state(target).Paused {
			t.Errorf("got %v, the link: %+v", got, w.state(target))
		}
		if tries := len(s.seen("appeal")) - 4; tries != 3 {
			t.Errorf("%d tries", tries)
		}
	})
}

// listener is told of terms and of nothing else. Its check can't try what it is
// told.
type listener struct{ s *system }

func (listener) Close() error { return nil }

func (listener) Check(context.Context) error { return nil }

func (l listener) DeliverDeadline(ctx context.Context, _ sdk.Ref, n sdk.Deadline) (sdk.Receipt, error) {
	return l.s.take(ctx, "deadline", n.Appeal, n.ID)
}

// TestDeniedListener: while a listener refuses everything its link is paused and
// tried again, and nothing becomes a dead letter: the check tells nothing of what
// it would take.
func TestDeniedListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		till := time.Now().Add(90 * time.Minute)
		s := &system{serve: func(context.Context, call) error {
			if time.Now().Before(till) {
				return sdk.Errorf(sdk.Denied, "post", "another secret")
			}
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: listener{s}}, tells: true, config: link.Config{Concurrency: 2, MaxAttempts: 3}})
		w.submit(appeals(5)...)
		w.run()
		time.Sleep(time.Hour + 30*time.Second) // between two trials, one a minute
		if got := w.states(target); got[journal.DeliveryReady] != 5 || !w.state(target).Paused {
			t.Errorf("got %v, the link: %+v", got, w.state(target))
		}
		if tries := len(s.seen("deadline")); tries > 2*60+10 {
			t.Errorf("%d tries in an hour", tries)
		}
		time.Sleep(time.Hour)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 5 || w.state(target).Paused {
			t.Errorf("mended: got %v, the link: %+v", got, w.state(target))
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
