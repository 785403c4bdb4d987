package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

const (
	checkLimit = 10 * time.Second // of a check that probes
	pauseProbe = time.Minute      // between probes of a link that the hub paused
)

// health is what is known of a link's state. The journal's is the truth; this
// is the last one seen, for questions asked before every call.
type health struct {
	outlet  *outlet
	up      prometheus.Gauge
	state   atomic.Pointer[journal.LinkState]
	turn    chan struct{} // one element: the right to read and change the journal's state
	judging chan struct{} // one element: the right to judge a failure
	readAt  time.Time     // under turn
	probeAt time.Time     // under turn; of the next probe while the hub has paused the link
}

func newHealth(o *outlet, up prometheus.Gauge) *health {
	h := &health{outlet: o, up: up, turn: make(chan struct{}, 1), judging: make(chan struct{}, 1)}
	h.state.Store(&journal.LinkState{})
	up.Set(1)
	return h
}

// open reports whether the link may be called freely.
func (h *health) open() bool {
	s := h.state.Load()
	return !s.Paused && !s.Down()
}

// spotless reports whether an answer would change nothing.
func spotless(s *journal.LinkState) bool {
	return s.Failures == 0 && !s.Down() && s.LastKind == "" && (!s.Paused || s.PausedBy != "")
}

// refresh reads the state anew if what is known is old: the API and intake
// change it too.
func (h *health) refresh(ctx context.Context, now time.Time) {
	select {
	case h.turn <- struct{}{}:
	default:
		return // being changed
	}
	defer h.yield()
	age := poll
	if !h.open() {
		age = blockedPoll
	}
	first := h.readAt.IsZero()
	if !first && now.Sub(h.readAt) < age {
		return
	}
	s, err := h.outlet.journal.LinkState(ctx, h.outlet.limits.Name)
	if err != nil {
		return // the claim that follows meets the same and says so
	}
	if first {
		s.NextProbe = now // a hub that starts doesn't wait for the next probe
	}
	h.know(s, now)
	if first {
		h.probeAt = now
	}
}

// reload reads the state anew whatever is known.
func (h *health) reload(ctx context.Context) {
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer h.yield()
	s, err := h.outlet.journal.LinkState(ctx, h.outlet.limits.Name)
	if err != nil {
		h.readAt = time.Time{} // at the next refresh
		return
	}
	h.know(s, h.outlet.now())
}

// know takes s for the link's state. It is called by whoever has the turn.
func (h *health) know(s journal.LinkState, now time.Time) {
	was := h.state.Swap(&s)
	h.readAt = now
	if s.Paused && !was.Paused {
		h.probeAt = now.Add(pauseProbe)
	}
	before, after := !was.Paused && !was.Down(), !s.Paused && !s.Down()
	if before == after {
		return
	}
	if after {
		h.up.Set(1)
		h.outlet.log.Info("the link is up")
		h.outlet.more.Store(true)
		h.outlet.kick()
		return
	}
	h.up.Set(0)
	h.outlet.log.LogAttrs(context.Background(), slog.LevelWarn, "the link is not called",
		slog.Bool("down", s.Down()), slog.Bool("paused", s.Paused), slog.String("paused_by", s.PausedBy), slog.String("kind", string(s.LastKind)))
}

// change changes the journal's state and what is known of it.
func (h *health) change(ctx context.Context, f func(*journal.LinkState)) {
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer h.yield()
	now := h.outlet.now()
	var s journal.LinkState
	err := h.outlet.journal.SetLink(ctx, h.outlet.limits.Name, "", now, func(state *journal.LinkState) {
		f(state)
		s = *state
	})
	if err != nil {
		h.outlet.log.Warn("the link's state can't be changed", "error", err)
		return
	}
	h.know(s, now)
}

func (h *health) yield() { <-h.turn }

// probeDue reports whether the link, being down or paused, may get a call now.
func (h *health) probeDue(now time.Time) bool {
	s := h.state.Load()
	switch {
	case s.Paused && s.PausedBy != "":
		return false
	case s.Paused:
		return h.pauseProbeDue(now)
	}
	return s.ProbeDue(now)
}

// pauseProbeDue reports whether a link paused by the hub is to be probed, and
// takes note of the probe.
func (h *health) pauseProbeDue(now time.Time) bool {
	h.turn <- struct{}{}
	defer h.yield()
	if now.Before(h.probeAt) {
		return false
	}
	h.probeAt = now.Add(pauseProbe)
	return true
}

// answered follows a call that the system answered. On a healthy link it writes
// nothing.
func (h *health) answered(ctx context.Context) {
	if !spotless(h.state.Load()) {
		h.change(ctx, func(s *journal.LinkState) { s.Answered() })
	}
}

// refused follows a delivery that the system denies and reports whether that is the
// delivery's own, as of rights on one document: a check finds the credentials
// accepted. Else the link is paused. Where a link only listens no check can tell.
func (h *health) refused(ctx context.Context, err error) (own bool) {
	select {
	case h.judging <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-h.judging }()
	if can := h.outlet.link.Can(); can.Checker && !can.ListensOnly() && h.open() && h.ask(ctx) == nil {
		return true
	}
	h.denied(ctx, err)
	return false
}

// denied pauses the link.
func (h *health) denied(ctx context.Context, err error) {
	if !h.state.Load().Paused {
		h.change(ctx, func(s *journal.LinkState) { s.Failed(sdk.Denied, cut(err.Error()), h.outlet.now()) })
	}
}

// failed follows a transient failure of a delivery and reports whether the link
// is up all the same, so that the failure is the delivery's own. Before it takes
// the link down it asks the system, where it can be asked: a delivery that always
// fails takes no link down.
func (h *health) failed(ctx context.Context, err error, probe bool) (up bool) {
	select {
	case h.judging <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-h.judging }()
	s := h.state.Load()
	if !h.open() && !probe {
		return false // begun before: no probe
	}
	if h.open() && s.Failures+1 >= journal.DownAfter && h.outlet.link.Can().Checker {
		asked := h.ask(ctx)
		if ctx.Err() != nil {
			return false
		}
		if sdk.KindOf(asked) != sdk.Transient || asked == nil {
			h.learn(ctx, asked)
			return h.open()
		}
	}
	h.change(ctx, func(s *journal.LinkState) {
		if probe || !s.Down() {
			s.Failed(sdk.Transient, cut(err.Error()), h.outlet.now())
		}
	})
	return h.open()
}

// ask checks the link.
func (h *health) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	return h.outlet.link.Check(ctx)
}

// learn follows a check.
func (h *health) learn(ctx context.Context, err error) {
	if errors.Is(err, link.ErrBusy) {
		return
	}
	kind := sdk.KindOf(err)
	if err == nil || kind != sdk.Transient && kind != sdk.Denied {
		h.answered(ctx)
		return
	}
	h.change(ctx, func(s *journal.LinkState) { s.Failed(kind, cut(err.Error()), h.outlet.now()) })
}
