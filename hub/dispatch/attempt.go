package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// attempt calls the link for c and passes the outcome on to be settled. What
// can't end within its lease is given back without a call.
func (o *outlet) attempt(calls context.Context, c *journal.Claimed, probe bool) {
	begun := o.now()
	if begun.Add(o.limit(c.Verb) + leaseMargin/2).After(c.Until) {
		o.giveBack(c)
		return
	}
	failpoint.Hit("dispatch.before_call")
	s := journal.Settlement{Delivery: c.ID, Lease: c.Lease, As: journal.SettleDone}
	err := o.call(calls, c, &s)
	s.At = o.now()
	if err != nil && calls.Err() != nil {
		o.cutShort(c, s, err)
		return
	}
	took := s.At.Sub(begun)
	o.seconds.Observe(took.Seconds())
	o.keepPace(took)
	if err == nil {
		o.health.answered(calls)
		o.count(&s)
		o.settled <- s
		return
	}
	o.fail(calls, c, &s, err, probe)
	o.settled <- s
}

// count counts the attempt that s settles.
func (o *outlet) count(s *journal.Settlement) {
	if s.As == journal.SettleDone && s.Kind == "" {
		o.well.Inc()
		return
	}
	o.metrics.attempts.WithLabelValues(o.limits.Name, string(s.As), string(s.Kind)).Inc()
}

// giveBack ends the lease of a delivery that was not called, or not to the end:
// it is due as before and nothing counts.
func (o *outlet) giveBack(c *journal.Claimed) {
	o.settled <- journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: o.now(), As: journal.SettleBack}
}

// cutShort ends an attempt that the drain cancelled. Nothing counts; but where
// the connector asks to wait, because the system may be carrying the call out
// still, the next attempt waits.
func (o *outlet) cutShort(c *journal.Claimed, s journal.Settlement, err error) {
	v := o.verdict(c, err)
	if v.as != journal.SettleRetry || !v.firm {
		o.giveBack(c)
		return
	}
	s.As, s.Kind, s.Error, s.Due, s.Firm = v.as, v.kind, cut(err.Error()), s.At.Add(v.after), true
	o.settled <- s
}

// fail judges what err says of the link, decides about the delivery and writes
// the one log line of the attempt. The error's text may hold personal data: it
// goes into sealed columns only.
func (o *outlet) fail(ctx context.Context, c *journal.Claimed, s *journal.Settlement, err error, probe bool) {
	v := o.verdict(c, err)
	own := o.judge(ctx, c, err, v.kind, probe)
	failpoint.Hit("dispatch.after_judged")
	s.As, s.Kind, s.Error, s.Counts = v.as, v.kind, cut(err.Error()), v.counts && own
	if s.Counts && c.Attempts+1 >= o.limits.MaxAttempts {
		s.As = journal.SettleDead
	}
	if s.As == journal.SettleRetry {
		s.Due, s.Firm = s.At.Add(v.after), v.firm
	}
	if v.kind == sdk.Throttled {
		o.hush(s.At.Add(min(v.after, maxQuiet)))
	}
	o.count(s)
	o.log.LogAttrs(ctx, slog.LevelWarn, "delivery failed",
		slog.String("verb", string(c.Verb)), slog.String("kind", string(s.Kind)), slog.String("op", opOf(err)),
		slog.String("appeal", c.Appeal), slog.Int64("delivery", c.ID), slog.String("then", string(s.As)))
}

// judge brings the link's state up to date with a failure and reports whether
// the failure is the delivery's own.
func (o *outlet) judge(ctx context.Context, c *journal.Claimed, err error, kind sdk.Kind, probe bool) bool {
	switch {
	case errors.As(err, new(ownError)):
		return true // says nothing of the link
	case errors.Is(err, link.ErrBusy):
		return false // nor of the delivery
	case kind == sdk.Transient && c.Verb == journal.VerbConfirm:
		return o.health.open() // may mean as well that the system has not decided
	case kind == sdk.Transient:
		return o.health.failed(ctx, err, probe)
	case kind == sdk.Denied:
		return o.health.refused(ctx, err)
	}
	o.health.answered(ctx)
	return true
}

// maxQuiet bounds for how long one answer of "too many requests" keeps the hub
// from calling the link for other deliveries.
const maxQuiet = time.Minute

// hush leaves the link in peace until the time given.
func (o *outlet) hush(until time.Time) {
	if o.rest(until) < 0 {
		o.quiet.Store(until.UnixNano())
	}
	o.more.Store(true)
}

// rest is for how long after now the link is to be left in peace. Longer than it
// ever is means that it was hushed before the clock was put back: not any more.
func (o *outlet) rest(now time.Time) time.Duration {
	if rest := time.Duration(o.quiet.Load() - now.UnixNano()); rest <= maxQuiet {
		return rest
	}
	return -1
}

// opOf is what the connector says it was doing.
func opOf(err error) string {
	var e *sdk.Error
	if errors.As(err, &e) {
		return e.Op
	}
	return ""
}
