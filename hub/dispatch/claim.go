package dispatch

import (
	"context"
	"time"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// How often the claimer looks without being told.
const (
	poll        = time.Second            // for due deliveries, and at the link's state
	blockedPoll = 250 * time.Millisecond // at the state of a link that may not be called
)

// leaseMargin is what a lease holds beside two calls' length. A call begins only
// while its limit and half of the margin are left.
const leaseMargin = 30 * time.Second

// claims keeps the queue filled until ctx ends, and probes while the link is
// down or paused.
func (o *outlet) claims(ctx, calls context.Context) {
	defer o.endHands()
	timer := time.NewTimer(0)
	defer timer.Stop()
	var last time.Time // of the last claim
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		case <-timer.C:
		}
		timer.Reset(o.round(ctx, calls, &last))
	}
}

// round does what is to be done now and returns the time to the next look.
func (o *outlet) round(ctx, calls context.Context, last *time.Time) time.Duration {
	now := o.now()
	o.health.refresh(ctx, now)
	if !o.health.open() {
		if !o.health.probeDue(now) {
			return blockedPoll
		}
		if o.probe(ctx, calls) {
			return 0
		}
		return blockedPoll
	}
	if rest := o.rest(now); rest > 0 {
		return min(rest, poll)
	}
	return o.fill(calls, now, last)
}

// fill claims as much as there is room for, if there is reason to.
func (o *outlet) fill(ctx context.Context, now time.Time, last *time.Time) time.Duration {
	due := o.nextDue.Load()
	reached := due != 0 && due <= now.UnixNano()
	if !o.more.Load() && !reached && now.Sub(*last) < poll {
		return o.untilNext(now, *last, due)
	}
	ahead := o.ahead()
	room := o.hold(ahead, max(1, ahead-ahead/2), ahead)
	if room == 0 {
		o.more.Store(true) // a worker kicks once the queue is half empty
		return poll
	}
	*last = now
	o.more.Store(false)
	if reached {
		o.nextDue.CompareAndSwap(due, 0) // of those behind it the poll takes care
	}
	claimed, err := o.claim(ctx, now, room)
	o.put(room, claimed)
	o.behind.Store(err != nil || len(claimed) == room)
	if !o.unclaimed() {
		o.late.Store(0)
	}
	if err != nil {
		return poll
	}
	if len(claimed) == room {
		o.more.Store(true)
		return 0
	}
	return o.untilNext(now, now, o.nextDue.Load())
}

// untilNext is the time to the next poll, or to the earliest retry if that is
// sooner.
func (o *outlet) untilNext(now, last time.Time, due int64) time.Duration {
	next := last.Add(poll)
	if due != 0 && due < next.UnixNano() {
		next = time.Unix(0, due)
	}
	return max(0, next.Sub(now))
}

// claim leases at most limit deliveries.
func (o *outlet) claim(ctx context.Context, now time.Time, limit int) ([]journal.Claimed, error) {
	claimed, err := o.journal.Claim(ctx, o.claimOf(limit, now))
	if err != nil {
		if ctx.Err() == nil && !o.deaf {
			o.log.Warn("deliveries can't be claimed for now", "error", err)
		}
		o.deaf = true
		return nil, err
	}
	o.deaf = false
	if len(claimed) > 0 {
		failpoint.Hit("dispatch.claimed")
	}
	return claimed, nil
}

// claimOf asks for so many deliveries. A call's limit is less than half of its lease:
// what is behind another one in the queue comes to its turn.
func (o *outlet) claimOf(limit int, now time.Time) journal.Claim {
	return journal.Claim{
		Link: o.limits.Name, Limit: limit, Now: now,
		Lease: 2*o.limits.Timeout + leaseMargin, FileLease: 2*o.limits.FileTimeout + leaseMargin,
	}
}

// limit is the bound of one call of the verb.
func (o *outlet) limit(v journal.Verb) time.Duration {
	if v.MovesFile() {
		return o.limits.FileTimeout
	}
	return o.limits.Timeout
}

// probe makes the one call that a link which is down or paused gets: a check,
// or one delivery where the connector can't check. It reports whether the link
// may be called again.
func (o *outlet) probe(ctx, calls context.Context) bool {
	if o.link.Can().Checker {
		err := o.health.ask(ctx)
		if ctx.Err() == nil {
			o.health.learn(ctx, err)
		}
		return o.health.open()
	}
	claimed, err := o.claim(calls, o.now(), 1)
	if err != nil || len(claimed) == 0 {
		return false
	}
	o.attempt(calls, &claimed[0], true)
	return o.health.open()
}
