package dispatch_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// outage is a time in which the system answers nothing.
type outage struct{ from, to time.Time }

func (o outage) err() error {
	if now := time.Now(); now.Before(o.from) || !now.Before(o.to) {
		return nil
	}
	return sdk.Errorf(sdk.Transient, "connect", "refused")
}

// TestOutage: a link that is down is tried by one probe at a time, whatever
// waits; soon after the outage all is delivered, and no delivery has used up its
// attempts.
func TestOutage(t *testing.T) {
	for name, c := range map[string]struct {
		asked  bool
		length time.Duration
		within time.Duration // of the outage's end
	}{
		"10s, by deliveries": {false, 10 * time.Second, 20 * time.Second},
		"10s, by checks":     {true, 10 * time.Second, 20 * time.Second},
		"an hour, by checks": {true, time.Hour, 65 * time.Second},
		"an hour":            {false, time.Hour, 65 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := outage{time.Now(), time.Now().Add(c.length)}
				var checks atomic.Int64
				s := &system{serve: func(context.Context, call) error {
					time.Sleep(10 * time.Millisecond)
					return out.err()
				}}
				s.check = func(context.Context) error {
					checks.Add(1)
					return out.err()
				}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: connector(s, c.asked)}, config: link.Config{Concurrency: 4, MaxAttempts: 3}})
				w.submit(appeals(200)...)
				w.run()
				time.Sleep(c.length - time.Millisecond)
				if !w.state(target).Down() || gauge(t, w) != 0 {
					t.Errorf("the link is not known to be down: %+v", w.state(target))
				}
				calls := len(s.seen("")) + int(checks.Load())
				if most := 15 + int(c.length/journal.LastProbe)*3/2; calls > most {
					t.Errorf("the system was called %d times, more than %d", calls, most)
				}
				time.Sleep(c.within)
				if got := w.states(target); got[journal.DeliveryDoneOK] != 200 {
					t.Errorf("%v after the outage: %v", c.within, got)
				}
				if state := w.state(target); state.Down() || state.Failures != 0 || gauge(t, w) != 1 {
					t.Errorf("the link: %+v", state)
				}
				counted := 0
				for _, d := range w.deliveries(target) {
					counted += d.Attempts
				}
				if counted >= journal.DownAfter {
					t.Errorf("%d attempts count: some were made while the link was known to be down", counted)
				}
			})
		})
	}
}

func connector(s *system, asked bool) sdk.Connector {
	if asked {
		return checked{plain{s}}
	}
	return plain{s}
}

// TestOneProbe: while the link is down, calls never overlap.
func TestOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		s.serve = func(ctx context.Context, c call) error {
			time.Sleep(3 * time.Second) // longer than the time to the first probes
			return sdk.Errorf(sdk.Transient, "connect", "time-out")
		}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 4}})
		w.submit(appeals(50)...)
		w.run()
		time.Sleep(7 * time.Second) // what began before the link was known to be down has ended
		s.mu.Lock()
		s.most = 0
		s.mu.Unlock()
		before := len(s.seen(""))
		time.Sleep(5 * time.Minute)
		if made := len(s.seen("")) - before; s.most > 1 || made < 3 {
			t.Errorf("%d probes, %d at once", made, s.most)
		}
	})
}

// TestThrottled: the system's word is kept, for the delivery and for the link,
// and costs neither an attempt nor the link's health.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &system{serve: func(context.Context, call) error {
			if time.Since(start) < 7*time.Second {
				return &sdk.Error{Kind: sdk.Throttled, Op: "create", After: 7 * time.Second}
			}
			return nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 2, MaxAttempts: 1}})
		w.submit(appeals(30)...)
		w.run()
		time.Sleep(6 * time.Second)
		if got := len(s.seen("")); got > 2 {
			t.Errorf("%d calls of a system that asked for peace", got)
		}
		if state := w.state(target); state.Down() || state.Paused || state.Failures != 0 {
			t.Errorf("the link: %+v", state)
		}
		time.Sleep(3 * time.Second)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 30 {
			t.Errorf("after the time asked for: %v", got)
		}
	})
}

// TestThrottledClockBack: a link that was hushed before the clock was put back is not
// left in peace for as long as the clock was wrong, and what was claimed then and not
// called is as due as before.
func TestThrottledClockBack(t *testing.T) {
	for name, first := range map[string]int{"from the start": 0, "once many are claimed ahead": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ahead atomic.Int64
				ahead.Store(int64(time.Hour))
				start := time.Now()
				var calls atomic.Int64
				s := &system{serve: func(context.Context, call) error {
					if calls.Add(1) > int64(first) && time.Since(start) < 2*time.Second {
						return &sdk.Error{Kind: sdk.Throttled, Op: "create", After: 20 * time.Second}
					}
					return nil
				}}
				now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 1}, now: now})
				w.submit(appeals(30)...)
				w.run()
				time.Sleep(3 * time.Second)
				ahead.Store(0)
				time.Sleep(5 * time.Second)
				if got := w.states(target); got[journal.DeliveryDoneOK] < 28 { // those that were called have a time of their own to wait
					t.Errorf("after the clock was put back: %v", got)
				}
			})
		})
	}
}

// TestDenied: refused credentials pause the link; a probe a minute finds out
// when they are taken again.
func TestDenied(t *testing.T) {
	for name, asked := range map[string]bool{"by checks": true, "by deliveries": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				deny := func() error {
					if time.Since(start) < 90*time.Second {
						return sdk.Errorf(sdk.Denied, "log in", "wrong password")
					}
					return nil
				}
				s := &system{serve: func(context.Context, call) error { return deny() }, check: func(context.Context) error { return deny() }}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: connector(s, asked)}, config: link.Config{Concurrency: 1, MaxAttempts: 1}})
				w.submit(appeals(20)...)
				w.run()
				time.Sleep(85 * time.Second)
				if state := w.state(target); !state.Paused || state.PausedBy != "" || state.LastKind != sdk.Denied || gauge(t, w) != 0 {
					t.Errorf("the link: %+v", state)
				}
				if got := len(s.seen("")); got > 2 {
					t.Errorf("%d deliveries were tried with refused credentials", got)
				}
				time.Sleep(40 * time.Second)
				if got := w.states(target); got[journal.DeliveryDoneOK] != 20 || w.state(target).Paused {
					t.Errorf("after the credentials were taken: %v, %+v", got, w.state(target))
				}
			})
		})
	}
}

// TestOperatorsPause: nothing calls the link, no probe either, until the
// operator resumes it.
func TestOperatorsPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var checks atomic.Int64
		s := &system{check: func(context.Context) error { checks.Add(1); return nil }}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}})
		w.run()
		pause := func(paused bool) {
			err := w.journal.SetLink(t.Context(), target, "operator", time.Now(), func(state *journal.LinkState) {
				state.Paused, state.PausedBy = paused, "operator"
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		pause(true)
		time.Sleep(2 * time.Second)
		before := checks.Load() // the one that greets every link
		w.submit(appeals(5)...)
		time.Sleep(10 * time.Minute)
		if got := len(s.seen("")); got != 0 || checks.Load() != before {
			t.Errorf("%d calls and %d checks of a paused link", got, checks.Load()-before)
		}
		if err := w.dispatch.Check(t.Context(), target); err != nil || !w.state(target).Paused {
			t.Errorf("a check by hand: %v, %+v", err, w.state(target))
		}
		pause(false)
		time.Sleep(time.Second)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 5 {
			t.Errorf("after the pause: %v", got)
		}
	})
}

// TestRestartProbes: a hub that starts tries a link that was down, or that the hub
// had paused, at once, not at the probe that an earlier one planned.
func TestRestartProbes(t *testing.T) {
	for _, kind := range []sdk.Kind{sdk.Transient, sdk.Denied} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{&system{}}}}})
				err := w.journal.SetLink(t.Context(), target, "", time.Now(), func(s *journal.LinkState) {
					for range 20 {
						s.Failed(kind, "refused", time.Now())
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				w.submit(appeals(1)...)
				w.run()
				time.Sleep(time.Second)
				if s := w.state(target); w.states(target)[journal.DeliveryDoneOK] != 1 || s.Down() || s.Paused {
					t.Errorf("%v, %+v", w.states(target), s)
				}
			})
		})
	}
}

// TestRetryOnTime: the next attempt is made when it is due, not when the claimer
// looks the next time.
func TestRetryOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const after = 1300 * time.Millisecond
		s := &system{}
		s.serve = func(context.Context, call) error {
			if len(s.seen("")) == 0 {
				return &sdk.Error{Kind: sdk.Transient, Op: "create", After: after}
			}
			return nil
		}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}})
		w.submit(appeals(1)...)
		w.run()
		time.Sleep(10 * time.Second)
		calls := s.seen("")
		if len(calls) != 2 || calls[1].at.Sub(calls[0].end) != after {
			t.Errorf("calls: %+v", calls)
		}
	})
}

func TestCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answer error
		s := &system{check: func(context.Context) error { return answer }}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}, "mute": plain{&system{}}}})
		if err := w.dispatch.Check(t.Context(), "nobody"); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("no such link: %v", err)
		}
		if err := w.dispatch.Check(t.Context(), "mute"); sdk.KindOf(err) != sdk.Unsupported {
			t.Errorf("a connector that can't check: %v", err)
		}
		answer = sdk.Errorf(sdk.Denied, "log in", "wrong password")
		if err := w.dispatch.Check(t.Context(), target); sdk.KindOf(err) != sdk.Denied || !w.state(target).Paused {
			t.Errorf("refused: %v, %+v", err, w.state(target))
		}
		answer = nil
		if err := w.dispatch.Check(t.Context(), target); err != nil || w.state(target).Paused {
			t.Errorf("taken: %v, %+v", err, w.state(target))
		}
	})
}
