package dispatch_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestDrain: at the end nothing more is begun, what is under way gets its time,
// and what doesn't end in it is given back, due now and uncounted.
func TestDrain(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration // a call
		ends  time.Duration // the drain
		done  int           // of two under way
	}{
		"calls end by themselves": {3 * time.Second, 3 * time.Second, 2},
		"calls are cut short":     {30 * time.Second, 5 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &system{serve: func(ctx context.Context, _ call) error {
					select {
					case <-time.After(c.takes):
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 2}, drain: 5 * time.Second})
				w.submit(appeals(20)...)
				w.run()
				synctest.Wait() // two calls are under way
				begun := time.Now()
				if err := w.halt(); err != nil {
					t.Error(err)
				}
				if took := time.Since(begun); took != c.ends {
					t.Errorf("the drain took %v", took)
				}
				if got := w.states(target); got[journal.DeliveryDoneOK] != c.done || got[journal.DeliveryReady] != 20-c.done {
					t.Errorf("left behind: %v", got)
				}
				for _, d := range w.deliveries(target) {
					if d.Attempts != 0 || d.Due.After(time.Now()) {
						t.Errorf("given back as %+v", d)
					}
				}
				if claimed, err := w.journal.Claim(t.Context(), journal.Claim{Link: target, Limit: 100, Lease: time.Minute, Now: time.Now()}); err != nil || len(claimed) != 20-c.done {
					t.Errorf("%d can be claimed again, %v", len(claimed), err)
				}
				if state := w.state(target); state.Failures != 0 {
					t.Errorf("the link: %+v", state)
				}
			})
		})
	}
}

// TestDrainKeepsTheSystemsWord: a create that the drain cuts short may be under
// way in the system still. The hub that starts next makes the call again no
// sooner than the connector asked, whatever becomes of the link meanwhile.
func TestDrainKeepsTheSystemsWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{serve: func(ctx context.Context, _ call) error {
			<-ctx.Done()
			return &sdk.Error{Kind: sdk.Transient, Op: "create", After: 10 * time.Minute, Err: ctx.Err()}
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, drain: 5 * time.Second})
		w.submit(appeals(1)...)
		w.run()
		synctest.Wait()
		if err := w.halt(); err != nil {
			t.Error(err)
		}
		cut := time.Now()
		if got := w.deliveries(target)[0]; got.State != journal.DeliveryReady || got.Attempts != 0 || got.Due.Before(cut.Add(10*time.Minute-time.Second)) {
			t.Errorf("given back at %v as %+v", cut, got)
		}
		for _, paused := range []bool{true, false} { // what waits becomes due when a pause ends
			err := w.journal.SetLink(t.Context(), target, "operator", time.Now(), func(s *journal.LinkState) { s.Paused, s.PausedBy = paused, "operator" })
			if err != nil {
				t.Fatal(err)
			}
		}
		for after, want := range map[time.Duration]int{9 * time.Minute: 0, 11 * time.Minute: 1} {
			claimed, err := w.journal.Claim(t.Context(), journal.Claim{Link: target, Limit: 10, Lease: time.Second, Now: cut.Add(after)})
			if err != nil || len(claimed) != want {
				t.Errorf("%v later %d can be claimed, want %d; %v", after, len(claimed), want, err)
			}
		}
		if state := w.state(target); state.Failures != 0 {
			t.Errorf("the link: %+v", state)
		}
	})
}

// TestDrainIsBounded: a connector that ignores its context doesn't keep Run.
func TestDrainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{serve: func(context.Context, call) error {
			time.Sleep(time.Hour)
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, drain: 5 * time.Second})
		w.submit(appeals(1)...)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.dispatch.Run(ctx) }()
		time.Sleep(time.Second)
		begun := time.Now()
		cancel()
		if err := <-ended; err == nil || !strings.Contains(err.Error(), "link rx") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("Run took %v to end", took)
		}
		time.Sleep(2 * time.Hour) // the call ends, and its goroutines
	})
}

// TestLostLease: a call that outlasts its lease is somebody else's by then: its
// outcome is not settled.
func TestLostLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var again atomic.Bool
		s := &system{serve: func(context.Context, call) error {
			if !again.Swap(true) {
				time.Sleep(time.Hour) // deaf to its context
				return sdk.Errorf(sdk.Rejected, "create", "too late to be true")
			}
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Timeout: 10 * time.Second, FileTimeout: 10 * time.Second}})
		w.run()
		id := w.submit(appeals(1)...)[0]
		time.Sleep(49 * time.Second) // the lease: twice 10s, and 30s
		if got := len(s.seen("")); got != 0 {
			t.Errorf("called again within the lease: %d", got)
		}
		time.Sleep(2 * time.Hour)
		if got := w.deliveries(target)[0]; got.State != journal.DeliveryDoneOK || len(s.seen("")) != 2 {
			t.Errorf("got %+v after %d calls", got, len(s.seen("")))
		}
		events, err := w.journal.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		events = slices.DeleteFunc(events, func(e journal.Event) bool { return e.Kind == journal.AppealReceived })
		if len(events) != 1 || events[0].Kind != journal.DeliveryDone {
			t.Errorf("on record: %+v", events)
		}
		if got := len(w.log.lines("lease ended before it was settled")); got != 1 {
			t.Errorf("logged %d times", got)
		}
	})
}

// TestSlowSystem: a quick system turns slow while much is claimed ahead. What
// could not end within its lease is not begun, and nothing is called twice.
func TestSlowSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		s := &system{serve: func(context.Context, call) error {
			takes := time.Millisecond
			if calls.Add(1) > 40 {
				takes = 9 * time.Second
			}
			time.Sleep(takes)
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 2, Timeout: 10 * time.Second, FileTimeout: 10 * time.Second}})
		w.submit(appeals(100)...)
		w.run()
		time.Sleep(30*9*time.Second + time.Second)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 100 || calls.Load() != 100 {
			t.Errorf("after %d calls: %v", calls.Load(), got)
		}
		if lost := w.log.lines("lease ended"); len(lost) != 0 {
			t.Errorf("%d leases were lost", len(lost))
		}
	})
}
