package intake

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// errShut says that the link may not be called now: it is paused, or down and
// its next probe not due.
var errShut = errors.New("the link may not be called now")

// next reads the next page if the link may be called, and records how it went.
func (p *poller) next(ctx context.Context) (page, error) {
	state, err := p.linkState(ctx, p.link.Name())
	if err != nil {
		return page{}, p.notKept(err)
	}
	if !p.may(state) {
		return page{}, errShut
	}
	if state.Down() || state.Paused {
		if !p.probe.TryLock() {
			return page{}, errShut
		}
		defer p.probe.Unlock()
	}
	got, err := p.feed.fetch(ctx, p.cursor)
	var own journalFault
	switch {
	case got.unread:
		return got, nil
	case err == nil:
		return got, p.answered(ctx, state)
	case ctx.Err() != nil:
		return page{}, err
	case errors.As(err, &own):
		return page{}, p.notKept(own.error)
	}
	return page{}, p.refused(ctx, state, p.feed.name, err)
}

// may reports whether the link may be called. Refused credentials are tried
// again by a poll where the connector can't be asked in another way.
func (p *poller) may(s journal.LinkState) bool {
	now := p.cfg.Now()
	if s.Paused && s.PausedBy == "" && !p.link.Can().Checker {
		return !now.Before(p.retryAt)
	}
	return s.MayCall(now)
}

// answered brings the link's state up to date after a call that was answered,
// and takes back what was said of the feed; where all is well it costs nothing.
func (p *poller) answered(ctx context.Context, s journal.LinkState) error {
	if err := p.up(ctx, s); err != nil || p.quiet {
		return err
	}
	return p.tell(ctx, func(s *journal.LinkState) { s.Answered() }, true)
}

// up notes that the link's system answers.
func (p *poller) up(ctx context.Context, s journal.LinkState) error {
	if !s.Answered() {
		return nil
	}
	if err := p.setLink(ctx, p.link.Name(), func(s *journal.LinkState) { s.Answered() }); err != nil {
		return p.notKept(err)
	}
	return nil
}

// tell changes what is on record of the feed; quiet says that it is nothing then.
// While the journal is down nothing is known of it: the next call tells.
func (p *poller) tell(ctx context.Context, f func(*journal.LinkState), quiet bool) error {
	asking, cancel := ctx, context.CancelFunc(func() {})
	if p.cfg.Bus != nil {
		asking, cancel = context.WithTimeout(ctx, askTime)
	}
	defer cancel()
	err := p.cfg.Journal.SetLink(asking, journal.FeedOf(p.link.Name(), p.feed.name), "", p.now(), f)
	p.quiet = quiet && err == nil
	if err == nil || p.cfg.Bus != nil && unavailable(ctx, err) {
		return nil
	}
	return p.notKept(err)
}

// refused records a failed call and returns its error. What the feed met is on
// record until it is read, whatever else the link's system answers.
func (p *poller) refused(ctx context.Context, s journal.LinkState, call string, err error) error {
	p.failed(p.log, p.link.Name(), call, err)
	kind := sdk.KindOf(err)
	if errors.Is(err, link.ErrBusy) || kind == sdk.Throttled {
		return err
	}
	told := p.tell(ctx, func(s *journal.LinkState) { s.Refused(kind, err.Error()) }, false)
	if (kind == sdk.Transient || kind == sdk.Denied) && !p.reached(ctx, s, kind) {
		return errors.Join(err, told, p.fault(ctx, kind, err.Error()))
	}
	return errors.Join(err, told, p.up(ctx, s))
}

// reached reports whether the system's check passes all the same where the failure would
// take the link down or pause it: a feed that always fails keeps no delivery from it.
func (p *poller) reached(ctx context.Context, s journal.LinkState, kind sdk.Kind) bool {
	switch {
	case !p.link.Can().Checker, s.Down(), s.Paused, kind == sdk.Transient && s.Failures+1 < journal.DownAfter:
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	return p.link.Check(ctx) == nil
}

// checkLimit bounds such a check.
const checkLimit = 10 * time.Second

// deniedRetry is the time between two calls with credentials that were refused.
const deniedRetry = time.Minute

func (p *poller) fault(ctx context.Context, kind sdk.Kind, text string) error {
	now := p.now()
	if kind == sdk.Denied {
		p.retryAt = now.Add(deniedRetry)
	}
	var down bool
	err := p.setLink(ctx, p.link.Name(), func(s *journal.LinkState) {
		s.Failed(kind, text, now)
		down = s.Down()
	})
	if err != nil {
		return p.notKept(err) // the change may be under way still: down is not to be read
	}
	p.down = down
	return nil
}

// look is how often a link that may not be called is looked at again.
func (p *poller) look() time.Duration { return min(p.poll, time.Second) }

// Bounds of the wait after a sweep that failed. What the source asks for is
// heeded, but never so that it falls silent.
const (
	firstDelay = time.Second
	lastDelay  = time.Minute
	mostAfter  = time.Hour
)

// delay is the wait after a sweep that failed with err: longer each time. While
// the link is down its probes set the pace.
func (p *poller) delay(err error) time.Duration {
	if p.down {
		p.down = false
		return p.look()
	}
	delay := firstDelay
	for n := p.failures; n > 1 && delay < lastDelay; n-- {
		delay *= 2
	}
	delay = min(delay, lastDelay)
	delay += time.Duration((rand.Float64() - 0.5) * 0.4 * float64(delay))
	return max(delay, min(sdk.AfterOf(err), mostAfter))
}
