package dispatch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestWatch: a link that nothing is sent to is known to be down soon after the
// start, and within minutes when it goes down later; and to be up again.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := outage{time.Now(), time.Now().Add(time.Hour)}
		later := outage{time.Now().Add(3 * time.Hour), time.Now().Add(4 * time.Hour)}
		s := &system{check: func(context.Context) error {
			if err := first.err(); err != nil {
				return err
			}
			return later.err()
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}})
		w.run()
		for _, c := range []struct {
			after time.Duration
			down  bool
			why   string
		}{
			{5 * time.Second, true, "the system was away at the start"},
			{time.Hour + 2*time.Minute, false, "it came"},
			{2*time.Hour + 2*time.Minute, true, "it went"},
			{time.Hour, false, "it came again"},
		} {
			time.Sleep(c.after)
			if got := w.state(target).Down(); got != c.down {
				t.Errorf("down %v, but %s", got, c.why)
			}
		}
		if got := len(s.seen("")); got != 0 {
			t.Errorf("%d deliveries were called", got)
		}
	})
}

// TestWatchKeepsWhatFeedsMet: that a link can be asked says nothing of a feed that
// fails: what it said stays in sight.
func TestWatchKeepsWhatFeedsMet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{&system{}}}}})
		w.run()
		err := w.journal.SetLink(t.Context(), target, "", time.Now(), func(s *journal.LinkState) { s.Refused(sdk.Transient, "fetch appeals: HTTP 500") })
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if s := w.state(target); s.Down() || s.LastError != "fetch appeals: HTTP 500" {
			t.Errorf("got %+v", s)
		}
	})
}

// TestAnswerEndsWhatFeedsMet: what a feed met stands until the next answer, be it to
// a delivery, and no longer: an operator must not look for a fault that is gone.
func TestAnswerEndsWhatFeedsMet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}})
		err := w.journal.SetLink(t.Context(), target, "", time.Now(), func(s *journal.LinkState) { s.Refused(sdk.Rejected, "fetch appeals: HTTP 400") })
		if err != nil {
			t.Fatal(err)
		}
		w.submit(appeals(1)...)
		w.run()
		time.Sleep(time.Second)
		if s := w.state(target); s.LastKind != "" || s.LastError != "" {
			t.Errorf("got %+v", s)
		}
	})
}

// TestBusyIsNotDown: a link whose places are all taken by long calls can't be
// asked for a while. That says nothing of its system, which is at work.
func TestBusyIsNotDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{serve: func(ctx context.Context, _ call) error {
			select {
			case <-time.After(5 * time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}, config: link.Config{Concurrency: 1, Timeout: 10 * time.Minute}})
		w.submit(appeals(2)...)
		w.run()
		for range 11 {
			time.Sleep(time.Minute)
			if state := w.state(target); state.Down() || state.Failures != 0 {
				t.Fatalf("the link: %+v", state)
			}
		}
		if got := w.states(target); got[journal.DeliveryDoneOK] != 2 {
			t.Errorf("got %v", got)
		}
	})
}
