package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// outlet is one link's way out.
type outlet struct {
	dispatch *Dispatch
	journal  journal.Journal
	link     *link.Link
	limits   link.Config
	health   *health
	log      *slog.Logger
	now      func() time.Time

	metrics *metrics
	seconds prometheus.Observer
	well    prometheus.Counter // attempts that were done without an error

	wake    chan struct{}         // one element: look again
	queue   chan *journal.Claimed // claimed, not begun
	hands   hands
	settled chan journal.Settlement
	done    chan struct{} // closed when all of the outlet has ended

	more    atomic.Bool  // there may be due deliveries that are not claimed
	behind  atomic.Bool  // the last claim left some, or failed: new ones come after them
	late    atomic.Int64 // ns since when the gate has found deliveries that are not claimed; 0: it has not
	nextDue atomic.Int64 // ns of the earliest retry known; 0: none
	quiet   atomic.Int64 // ns until which the system asked for peace
	pace    atomic.Int64 // ns that a call takes, smoothed
	deaf    bool         // the claimer's: the last claim failed, and the log says so
}

// Bounds of what is claimed ahead of the workers.
const (
	aheadFor = 250 * time.Millisecond // so much work
	aheadMax = 256                    // so many deliveries, unless there are more workers
)

func newOutlet(d *Dispatch, l *link.Link, m *metrics) *outlet {
	name := l.Name()
	o := &outlet{
		dispatch: d,
		journal:  d.cfg.Journal,
		link:     l,
		limits:   l.Config(),
		log:      d.cfg.Log.With("link", name),
		now:      d.cfg.Now,
		metrics:  m,
		seconds:  m.seconds.WithLabelValues(name),
		well:     m.attempts.WithLabelValues(name, string(journal.SettleDone), ""),
		wake:     make(chan struct{}, 1),
	}
	o.queue = make(chan *journal.Claimed, max(aheadMax, o.limits.Concurrency))
	o.settled = make(chan journal.Settlement, aheadMax)
	o.done = make(chan struct{})
	o.more.Store(true)
	o.health = newHealth(o, m.up.WithLabelValues(name))
	return o
}

// start starts the claimer, the workers and the settler. ctx ends the claims,
// calls the calls, lasting the settlements.
func (o *outlet) start(ctx, calls, lasting context.Context) {
	o.health.refresh(ctx, o.now()) // what an operator has paused is not even asked
	var callers sync.WaitGroup
	callers.Go(func() { o.claims(ctx, calls) })
	if o.link.Can().Checker {
		callers.Go(func() { o.watch(ctx) })
	}
	for range o.limits.Concurrency {
		callers.Go(func() { o.work(ctx, calls) })
	}
	go func() {
		callers.Wait()
		close(o.settled)
	}()
	go func() {
		defer close(o.done)
		o.settle(lasting)
	}()
}

// kick makes the claimer look again.
func (o *outlet) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// work carries out what is claimed until the queue is closed. After ctx's end
// it gives back what has not begun.
func (o *outlet) work(ctx, calls context.Context) {
	for c := range o.queue {
		o.dispatch.roomier()
		if o.more.Load() && len(o.queue) <= o.ahead()/2 {
			o.kick()
		}
		if ctx.Err() != nil || !o.mayCall() {
			o.giveBack(c)
			continue
		}
		o.attempt(calls, c, false)
	}
}

// mayCall reports whether deliveries may be called and claimed now.
func (o *outlet) mayCall() bool {
	return o.health.open() && o.rest(o.now()) <= 0
}

// ahead is how many deliveries are claimed before a worker is free: one for
// each worker, and more where calls are quick.
func (o *outlet) ahead() int {
	workers := o.link.Share()
	pace := time.Duration(o.pace.Load())
	if pace <= 0 {
		return workers
	}
	return max(workers, int(min(aheadMax, int64(workers)*int64(aheadFor/pace))))
}

// keepPace takes a call's length into the smoothed one.
func (o *outlet) keepPace(took time.Duration) {
	old := o.pace.Load()
	if old == 0 {
		old = int64(took)
	}
	o.pace.Store(max(1, (7*old+int64(took))/8))
}
