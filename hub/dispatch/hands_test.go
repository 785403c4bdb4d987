package dispatch_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// claimed leases the link's due deliveries as the journal does that hands them on.
func (w *world) claimed(n int) []journal.Claimed {
	w.t.Helper()
	all, err := w.journal.Claim(w.t.Context(), journal.Claim{Link: target, Limit: n, Lease: 10 * time.Minute, Now: time.Now()})
	if err != nil || len(all) != n {
		w.t.Fatalf("%d claimed, %v", len(all), err)
	}
	return all
}

// hold wants n places of the target's hands, and no more.
func (w *world) hold(n int) {
	w.t.Helper()
	for i := range n {
		if _, ok := w.dispatch.Hold(target); !ok {
			w.t.Fatalf("room for %d, want %d", i, n)
		}
	}
	if _, ok := w.dispatch.Hold(target); ok {
		w.t.Fatalf("room for more than %d", n)
	}
}

// TestHands: what is laid in the hands is delivered, and there is room for as much
// as would be claimed ahead.
func TestHands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 3}})
		w.submit(appeals(2)...)
		handed := w.claimed(2)
		w.hold(0) // nobody knows whether there are others that were due before
		w.run()
		synctest.Wait()
		if _, ok := w.dispatch.Hold("nobody"); ok {
			t.Error("room on a link that there is not")
		}
		w.hold(3)
		w.dispatch.Take(target, 1, nil)
		w.hold(1)
		w.dispatch.Take(target, 3, handed)
		synctest.Wait()
		if got := w.states(target); len(s.seen("appeal")) != 2 || got[journal.DeliveryDoneOK] != 2 {
			t.Errorf("%d calls, %v", len(s.seen("appeal")), got)
		}
	})
}

// TestHandsAreFull: where deliveries are due that nobody has claimed, or the link
// may not be called, nothing is laid in the hands.
func TestHandsAreFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := &system{serve: func(context.Context, call) error { <-gate; return nil }}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 2}})
		w.run()
		synctest.Wait()
		w.submit(appeals(9)...)
		synctest.Wait()
		w.hold(0)
		close(gate)
		synctest.Wait()
		time.Sleep(2 * time.Second) // the claimer has looked and found nothing more
		synctest.Wait()
		if _, ok := w.dispatch.Hold(target); !ok {
			t.Error("no room when all is delivered")
		}
		err := w.journal.SetLink(t.Context(), target, "operator", time.Now(), func(s *journal.LinkState) { s.Paused, s.PausedBy = true, "operator" })
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // the claimer has looked at the link's state
		synctest.Wait()
		w.hold(0)
		w.dispatch.Take(target, 1, nil)
	})
}

// TestHandsAtTheEnd: what is on its way into the hands when the dispatch ends is
// waited for and given back.
func TestHandsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}})
		w.submit(appeals(1)...)
		handed := w.claimed(1)
		w.run()
		synctest.Wait()
		if _, ok := w.dispatch.Hold(target); !ok {
			t.Fatal("no room")
		}
		ended := make(chan error, 1)
		go func() { ended <- w.halt() }()
		synctest.Wait()
		w.hold(0)
		w.dispatch.Take(target, 1, handed)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if len(s.seen("appeal")) != 0 {
			t.Error("it was delivered")
		}
		w.claimed(1)
	})
}

// TestHandedToGiveBack: what may not be recorded is given back without a call.
func TestHandedToGiveBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}})
		w.run()
		synctest.Wait()
		if _, ok := w.dispatch.Hold(target); !ok {
			t.Fatal("no room")
		}
		w.dispatch.Take(target, 1, []journal.Claimed{{Delivery: journal.Delivery{ID: 7, Verb: journal.VerbAppeal}, Lease: "lost", Payload: &sdk.Appeal{}}})
		synctest.Wait()
		if len(s.seen("appeal")) != 0 {
			t.Error("it was delivered")
		}
		if _, ok := w.dispatch.Hold(target); !ok {
			t.Error("its place is taken still")
		}
		w.dispatch.Take(target, 1, nil)
	})
}

// TestHandsLetOthersIn: a place that is given back is filled at once with what waits.
func TestHandsLetOthersIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 1}})
		w.run()
		synctest.Wait()
		w.hold(1)
		w.submit(appeals(1)...)
		synctest.Wait()
		begun := time.Now()
		w.dispatch.Take(target, 1, nil)
		synctest.Wait()
		if n := len(s.seen("appeal")); n != 1 || time.Since(begun) != 0 {
			t.Errorf("%d calls after %v", n, time.Since(begun))
		}
	})
}

// TestLeases: a lease is for what the verb may take, so that of a node which died an
// appeal comes back long before a film would; also where it was laid in the hands.
func TestLeases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}, config: link.Config{Timeout: time.Minute, FileTimeout: time.Hour}})
		var asked journal.Claim
		w.dispatch = dispatch.New(dispatch.Config{Journal: &claims{Journal: w.journal, during: func(q journal.Claim) error { asked = q; return nil }}, Spool: w.spool, Links: w.links})
		w.run()
		synctest.Wait()
		held, ok := w.dispatch.Hold(target)
		if !ok {
			t.Fatal("no room")
		}
		w.dispatch.Take(target, 1, nil)
		for who, q := range map[string]journal.Claim{"claimed": asked, "held": held} {
			if short, long := q.LeaseOf(journal.VerbAppeal), q.LeaseOf(journal.VerbAttachment); short <= 2*time.Minute || short > 5*time.Minute || long <= 2*time.Hour {
				t.Errorf("%s: an appeal for %v, a file for %v", who, short, long)
			}
		}
	})
}

// claims is a journal that looks on while deliveries are claimed.
type claims struct {
	journal.Journal
	during func(journal.Claim) error
}

func (c *claims) Claim(ctx context.Context, q journal.Claim) ([]journal.Claimed, error) {
	if err := c.during(q); err != nil {
		return nil, err
	}
	return c.Journal.Claim(ctx, q)
}

// TestClaimsFail: a journal that is away for a while is told of once, not at each
// look, and again the next time.
func TestClaimsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}})
		var away atomic.Bool
		c := &claims{Journal: w.journal, during: func(journal.Claim) error {
			if away.Load() {
				return journal.ErrUnavailable
			}
			return nil
		}}
		w.dispatch = dispatch.New(dispatch.Config{Journal: c, Spool: w.spool, Links: w.links, Log: slog.New(slog.NewTextHandler(w.log, nil))})
		w.run()
		for i := range 2 {
			away.Store(true)
			time.Sleep(time.Minute)
			if got := len(w.log.lines("can't be claimed")); got != i+1 {
				t.Errorf("logged %d times, want %d", got, i+1)
			}
			away.Store(false)
			time.Sleep(time.Minute)
		}
	})
}

// TestHandsComeLast: new deliveries are not laid in the hands while those are claimed
// that are known to wait, nor when nobody could find out.
func TestHandsComeLast(t *testing.T) {
	for name, fault := range map[string]error{"claimed in parts": nil, "a claim fails": journal.ErrUnavailable} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &system{serve: func(context.Context, call) error { time.Sleep(10 * time.Millisecond); return nil }}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 2}})
				const all, ahead = 400, 60 // what is claimed ahead with calls so long, and some
				w.submit(appeals(all)...)
				room := 0 // how often, while others waited
				look := func() {
					if _, ok := w.dispatch.Hold(target); ok {
						w.dispatch.Take(target, 1, nil)
						if len(s.seen("appeal")) < all-ahead {
							room++
						}
					}
				}
				n := 0
				c := &claims{Journal: w.journal, during: func(journal.Claim) error {
					n++
					time.Sleep(20 * time.Millisecond) // workers make room
					look()
					if n == 2 {
						return fault
					}
					return nil
				}}
				w.dispatch = dispatch.New(dispatch.Config{Journal: c, Spool: w.spool, Links: w.links})
				w.run()
				for len(s.seen("appeal")) < all {
					time.Sleep(3 * time.Millisecond)
					look()
				}
				if room > 0 {
					t.Errorf("there was room %d times", room)
				}
				time.Sleep(2 * time.Second)
				if _, ok := w.dispatch.Hold(target); !ok {
					t.Error("no room at the end")
				}
				w.dispatch.Take(target, 1, nil)
			})
		})
	}
}
