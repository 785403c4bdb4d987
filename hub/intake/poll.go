package intake

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

// poller reads one feed of one link, sweep after sweep. A sweep goes page by
// page to the feed's end; each page is kept before the next one is asked for.
// Where the next sweep starts is the connector's to say: a list that changes
// while it is read starts at its beginning, so that what slipped from one page
// to another is found by the next sweep, and what is served twice is a
// duplicate.
type poller struct {
	*Intake
	*source
	link   *link.Link
	feed   feed
	log    *slog.Logger
	behind *backlog          // what is to be journalled first; nil: nothing
	from   *journal.Position // where to begin, of a poller that owns an inbound partition; its positions bear its epoch

	turf     *turf
	loaded   bool
	quiet    bool       // nothing is on record of the feed's failures
	start    sdk.Cursor // where this sweep began
	cursor   sdk.Cursor // of the next page
	stored   sdk.Cursor // as the journal has it
	acks     []string   // of items held, not yet sent
	fresh    bool       // the sweep brought something new
	idle     int        // pages in a row that brought nothing new
	shifted  bool       // acks were sent before the sweep's end
	unready  bool       // the sweep met items that wait for their files
	hurried  int        // sweeps in a row that came early because of such items
	failures int        // sweeps in a row that failed
	down     bool       // the last failure left the link down
	retryAt  time.Time  // refused credentials are tried again then
}

func (in *Intake) newPoller(s *source, f feed) *poller {
	return &poller{
		Intake: in, source: s, link: s.link, feed: f, log: in.cfg.Log.With("link", s.link.Name(), "feed", f.name),
		turf: in.turf("poll:" + s.link.Name() + "/" + f.name),
	}
}

func (p *poller) run(ctx context.Context) {
	feed := p.link.Name() + "/" + p.feed.name
	defer p.polling(feed, false)
	defer p.turf.letGo(context.WithoutCancel(ctx))
	p.polling(feed, p.turf.held())
	for ctx.Err() == nil {
		wait := p.turn(ctx)
		p.polling(feed, p.turf.held())
		if !sleep(ctx, wait) {
			return
		}
	}
}

// turn makes one sweep and returns how long to wait before the next.
func (p *poller) turn(ctx context.Context) time.Duration {
	if !p.mine(ctx) {
		p.loaded, p.quiet = false, false // another node reads on meanwhile
		return p.look()
	}
	if !p.behind.read(ctx) {
		return p.look()
	}
	err := p.sweep(ctx)
	switch {
	case errors.Is(err, errNotMine):
		p.loaded, p.quiet = false, false
		return p.look()
	case errors.Is(err, errShut):
		return p.look()
	case err != nil:
		p.failures++
		return p.delay(err)
	}
	p.metrics.polled.WithLabelValues(p.link.Name(), p.feed.name).Set(float64(p.cfg.Now().UnixMilli()) / 1000)
	if p.fresh || !p.unready {
		p.hurried = 0
	}
	again, early := p.shifted && p.fresh, p.unready && p.hurried < hurryAtMost
	p.failures, p.idle, p.shifted, p.fresh, p.unready, p.start = 0, 0, false, false, false, p.cursor
	switch {
	case again:
		return 0 // acks sent meanwhile have moved items to pages that were read already
	case early:
		p.hurried++
		return min(p.poll, hurry)
	}
	return p.poll
}

// mine reports whether the feed is this node's to read. A node that has none of the
// link's calls leaves it to one that has.
func (p *poller) mine(ctx context.Context) bool {
	if p.turf.leases != nil && p.link.Share() == 0 {
		p.turf.letGo(ctx)
		return false
	}
	return p.turf.mine(ctx)
}

// An item that waits for its files is met again soon, so that its source hears of
// it before it hears the first news of it; but so often only, until another comes.
const (
	hurry       = 250 * time.Millisecond
	hurryAtMost = 8
)

// acksAtMost bounds the acks gathered during a sweep.
const acksAtMost = 500

// idleMost is after how many pages in a row that bring nothing new a feed is read
// more slowly: it may lead on without an end.
const idleMost = 100

func (p *poller) sweep(ctx context.Context) error {
	if err := p.load(ctx); err != nil {
		return err
	}
	for {
		if !p.mine(ctx) {
			return errNotMine
		}
		var got page
		var err error
		mine := p.turf.during(ctx, func() { got, err = p.next(ctx) })
		switch {
		case err != nil:
			return p.broken(ctx, err)
		case !mine: // another node may have read a later state since
			return errNotMine
		}
		p.feed.fetched()
		if err := p.take(ctx, got); err != nil {
			p.shifted = p.shifted || len(p.acks) > 0
			return errors.Join(p.notKept(err), p.acknowledge(ctx))
		}
		onwards := got.more && got.next != p.cursor // a page that leads to itself ends the sweep
		if onwards {
			p.failures = 0 // a long sweep over a bad line gets on
		}
		p.cursor = got.next
		if !onwards {
			return p.acknowledge(ctx)
		}
		if err := p.turnPage(ctx); err != nil {
			return err
		}
	}
}

// turnPage comes between two pages of a sweep: many acks are sent, and after many
// pages that brought nothing new what there are, and the next page waits. The hub's
// own list of open records has an end.
func (p *poller) turnPage(ctx context.Context) error {
	idle := p.idle >= idleMost && !p.feed.direct
	if len(p.acks) >= acksAtMost || idle && len(p.acks) > 0 {
		p.shifted = true
		if err := p.acknowledge(ctx); err != nil {
			return err
		}
	}
	if !idle {
		return nil
	}
	if p.idle == idleMost {
		p.log.Warn("page after page of the source brings nothing new: it is read more slowly", "pages", p.idle)
	}
	sleep(ctx, hurry)
	return ctx.Err()
}

// load reads the feed's position once.
func (p *poller) load(ctx context.Context) error {
	if p.loaded || !p.feed.kept {
		return nil
	}
	if p.from != nil {
		p.loaded, p.start, p.cursor, p.stored = true, p.from.At, p.from.At, p.from.At
		return nil
	}
	at, err := p.cfg.Journal.Cursor(ctx, p.link.Name(), p.feed.name)
	if err != nil && !errors.Is(err, journal.ErrNotFound) {
		return p.notKept(err)
	}
	p.loaded, p.start, p.cursor, p.stored = true, at, at, at
	return nil
}

// take keeps a page's items and gathers the acks of those that may have one:
// their files, if any, are settled too.
func (p *poller) take(ctx context.Context, got page) error {
	p.idle++
	var at *journal.Position
	if p.feed.kept && got.kept && got.next != p.stored {
		at = p.position(got.next)
	}
	if len(got.items) == 0 && at == nil {
		return nil
	}
	failpoint.Hit("intake.before_append")
	keep := p.keep
	if p.feed.direct {
		keep = p.append
	}
	results, err := keep(ctx, got.items, at)
	for i, r := range results {
		if r.Outcome == "" {
			continue
		}
		if r.Outcome != journal.Duplicate {
			p.fresh, p.idle = true, 0
		}
		switch {
		case got.items[i].ack == "":
		case r.ready:
			p.acks = append(p.acks, got.items[i].ack)
		default:
			p.unready = true
		}
	}
	if err != nil {
		return err
	}
	p.feed.held()
	if at != nil {
		p.stored = at.At
	}
	return nil
}

// position is where the feed's cursor is to be kept.
func (p *poller) position(at sdk.Cursor) *journal.Position {
	out := journal.Position{Link: p.link.Name(), Feed: p.feed.name, At: at}
	if p.from != nil {
		out.Topic, out.Epoch = p.from.Topic, p.from.Epoch
	}
	return &out
}

// notKept logs an error of the journal's, which is no fault of the link's.
func (p *poller) notKept(err error) error {
	if !errors.Is(err, context.Canceled) {
		p.log.Error("what came in can't be kept: it is not acknowledged, it will be tried again", "err", err)
	}
	return journalFault{err}
}

// startOver is how many refusals of its position in a row send a feed back to
// its beginning.
const startOver = 8

// broken ends a sweep that failed. A page that the system answers with a refusal
// ends it like a last page: what was held is acknowledged and the next sweep
// begins where this one did. So does one that can't be had a few times in a row:
// trouble with one page keeps no other from being read.
func (p *poller) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, errShut) || errors.As(err, new(journalFault)) || sdk.KindOf(err) == sdk.Denied {
		return err
	}
	switch {
	case troubled(err) && (p.cursor == p.start || p.failures+1 < journal.DownAfter):
		return err
	case p.cursor != p.start:
		p.cursor = p.start
	case p.failures >= startOver:
		p.start, p.cursor = "", ""
	}
	return errors.Join(err, p.acknowledge(ctx))
}
