package intake

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
)

// Config is what an Intake works with.
type Config struct {
	Journal journal.Journal
	Bus     *bus.Kafka                       // takes what comes in before the journal does; nil: nothing is between
	Spool   *spool.Spool                     // holds the files that submitted appeals name
	Links   []*link.Link                     // open
	Metrics prometheus.Registerer            // nil: nothing is registered
	Log     *slog.Logger                     // nil: slog.Default
	Now     func() time.Time                 // the hub's clock; nil: time.Now
	MaxFile int64                            // the largest file of a submitted appeal, bytes; 0: no limit
	Digests Digests                          // which links are told of once a day
	Zone    func(link string) *time.Location // of a link's organisation
}

func (c *Config) setDefaults() {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Intake takes items in. Its methods may be called from many goroutines.
type Intake struct {
	cfg     Config
	sources map[string]*source
	metrics metrics
	known   linkStates
	sent    recent // what the bus has taken lately
	lately  lately

	mu       sync.Mutex
	inFlight map[string]struct{} // keys of the submissions under way
	polled   map[string]struct{} // feeds that are this node's
}

// source is a link as the way in sees it.
type source struct {
	link  *link.Link
	poll  time.Duration
	zone  *time.Location // of times that the system marks as UTC and are not; nil: they are
	probe sync.Mutex     // held by the one poller that calls the link while it is down or paused
}

// New makes an Intake. Nothing is polled before Run.
func New(cfg Config) *Intake {
	cfg.setDefaults()
	in := &Intake{cfg: cfg, sources: map[string]*source{}, inFlight: map[string]struct{}{}, polled: map[string]struct{}{}}
	in.metrics = newMetrics(cfg.Metrics, cfg.Log)
	in.metrics.unmapped.WithLabelValues(link.ReservedName)
	for _, l := range cfg.Links {
		s := &source{link: l, poll: l.Config().Poll}
		if l.Config().Timestamps == link.LocalTimes && cfg.Zone != nil {
			s.zone = cfg.Zone(l.Name())
		}
		in.sources[l.Name()] = s
		in.metrics.unmapped.WithLabelValues(l.Name())
	}
	return in
}

// Polls returns the feeds that this node reads, link/feed, in order.
func (in *Intake) Polls() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Sorted(maps.Keys(in.polled))
}

func (in *Intake) polling(feed string, mine bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if mine {
		in.polled[feed] = struct{}{}
	} else {
		delete(in.polled, feed)
	}
}

// now is the hub's time as the journal keeps it.
func (in *Intake) now() time.Time { return journal.Cut(in.cfg.Now()) }

// kept says what became of an item.
type kept struct {
	journal.Result
	place bus.Place // in the inbound topic, for Buffered
	ready bool      // its source may be told: it is durable, and its files are settled
}

// keep makes items durable: in the journal, or in the inbound topic where there
// is one. After an error the results of the items that are durable may be given, in
// their places: an item without an outcome is not kept. A position without items is
// kept too.
func (in *Intake) keep(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	if in.cfg.Bus != nil {
		return in.buffer(ctx, items, at)
	}
	return in.append(ctx, items, at)
}

// append appends items in batches, the position with the last of them, and
// returns one result for each item.
func (in *Intake) append(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	var results []kept
	for len(items) > batchSize {
		some, err := in.store(ctx, items[:batchSize], nil)
		results = append(results, some...)
		if err != nil {
			return results, err
		}
		items = items[batchSize:]
	}
	some, err := in.store(ctx, items, at)
	return append(results, some...), err
}

// store appends items and the position in one transaction. What the database refuses
// is found by halves and kept as rejected, so that a feed goes on past it; of a
// submission it is the caller's error.
func (in *Intake) store(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	batch := journal.Batch{Entries: entries(items)}
	if at != nil {
		batch.Cursors = []journal.Position{*at}
	}
	some, err := in.cfg.Journal.Append(ctx, batch)
	switch {
	case errors.Is(err, journal.ErrRefused) && len(items) > 1:
		half := len(items) / 2
		first, err := in.store(ctx, items[:half], nil)
		if err != nil {
			return first, err
		}
		rest, err := in.store(ctx, items[half:], at)
		return append(first, rest...), err
	case errors.Is(err, journal.ErrRefused) && len(items) == 1 && items[0].entry.Rejected == nil && !items[0].entry.Once:
		return in.store(ctx, []item{in.refused(items[0])}, at)
	case err != nil:
		return nil, err
	}
	results := make([]kept, 0, len(some))
	for i := range some {
		in.count(&batch.Entries[i], some[i])
		results = append(results, kept{Result: some[i], ready: in.settled(&batch.Entries[i], &some[i])})
	}
	return results, nil
}

// settled reports whether an entry's source may be told that it is taken: its files are
// stored, or can't be had. Those of a change that waits for its record are not even
// asked for yet.
func (in *Intake) settled(e *journal.Entry, r *journal.Result) bool {
	return r.OpenFiles == 0 && !(r.Reason == journal.ReasonUnknownRef && in.hasFiles(e))
}

func (in *Intake) count(e *journal.Entry, r journal.Result) {
	in.metrics.count(e, r)
	in.tellParked(e, r)
}

// tellParked logs what waits for an operator. A change for a record not known
// yet is no such thing: it comes in the ordinary way when an answer overtakes
// the receipt.
func (in *Intake) tellParked(e *journal.Entry, r journal.Result) {
	if r.Outcome == journal.Duplicate {
		return
	}
	reason := r.Reason
	if e.Rejected != nil {
		reason = journal.ReasonUnparsable
	}
	switch reason {
	case journal.ReasonUnparsable, journal.ReasonUnmapped, journal.ReasonIllegalMove, journal.ReasonNoRoute, journal.ReasonNoOrganisation:
		in.cfg.Log.Warn("what came in is parked: see appealhub dlq parked", "link", e.Link, "reason", string(reason), "appeal", r.Appeal)
	}
}

// batchSize bounds the entries of one transaction.
const batchSize = 100
