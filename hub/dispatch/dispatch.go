package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
)

// Config is what dispatch works with.
type Config struct {
	Journal journal.Journal
	Spool   *spool.Spool
	Links   []*link.Link
	Metrics prometheus.Registerer // nil: not registered
	Log     *slog.Logger          // nil: slog.Default
	Now     func() time.Time      // nil: time.Now
	MaxFile int64                 // bytes of an attachment; a larger one is missing; 0: no limit
	Drain   time.Duration         // for calls under way when Run's context ends; 0: 10s

	// Rounds is how many times repeated consideration was asked for as the hub
	// counts it; nil: only the source does.
	Rounds func(*journal.View) int
}

func (c *Config) setDefaults() {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Drain == 0 {
		c.Drain = 10 * time.Second
	}
}

// Dispatch carries out the deliveries of all links.
type Dispatch struct {
	cfg       Config
	outlets   map[string]*outlet
	gate      gate
	spoolFull atomic.Bool
}

// New makes the dispatch of the links given. It starts nothing: see Run.
func New(cfg Config) *Dispatch {
	cfg.setDefaults()
	d := &Dispatch{cfg: cfg, outlets: make(map[string]*outlet, len(cfg.Links))}
	m := newMetrics(cfg.Metrics)
	for _, l := range cfg.Links {
		d.outlets[l.Name()] = newOutlet(d, l, m)
	}
	return d
}

// settleGrace is how long after the drain settlements may take.
const settleGrace = 5 * time.Second

// Run delivers until ctx ends. Then nothing more is claimed, calls under way get
// the drain's time before they are cancelled, and all that is claimed is settled
// or given back. It is called once, and the journal must run until it returns.
// The error names links whose calls did not end in time: their connectors ignore
// the context, or the journal hangs.
func (d *Dispatch) Run(ctx context.Context) error {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx)) // for settlements
	defer cancel()
	calls, stop := context.WithCancel(lasting)
	defer stop()
	var all sync.WaitGroup
	for _, o := range d.outlets {
		o.start(ctx, calls, lasting)
		all.Go(func() { <-o.done })
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	<-ctx.Done()
	if ended(done, d.cfg.Drain) {
		return nil
	}
	stop()
	ended(done, settleGrace)
	return d.overdue()
}

// ended waits for done, at most so long.
func ended(done <-chan struct{}, limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// overdue names the links that are not done.
func (d *Dispatch) overdue() error {
	var errs []error
	for name, o := range d.outlets {
		select {
		case <-o.done:
		default:
			errs = append(errs, fmt.Errorf("dispatch: link %s: calls, settlements or what the journal lays in its queue did not end with the drain", name))
		}
	}
	return errors.Join(errs...)
}

// Ready says that a delivery of the link became due. It doesn't block; the name
// of no link is ignored.
func (d *Dispatch) Ready(link string) {
	if o, ok := d.outlets[link]; ok {
		o.more.Store(true)
		o.kick()
	}
}

// Reload reads the link's state anew, which somebody else has changed: calls that
// begin after it follow the new one.
func (d *Dispatch) Reload(ctx context.Context, link string) {
	if o, ok := d.outlets[link]; ok {
		o.health.reload(ctx)
		d.Ready(link)
	}
}

// Check asks the link's system now whether it can be reached and accepts the
// credentials, and brings the link's state up to date. The error is the
// system's; of kind Unsupported where the connector can't check, and
// journal.ErrNotFound where there is no such link.
func (d *Dispatch) Check(ctx context.Context, link string) error {
	o, ok := d.outlets[link]
	if !ok {
		return fmt.Errorf("dispatch: link %s: %w", link, journal.ErrNotFound)
	}
	err := o.health.ask(ctx)
	if ctx.Err() == nil && o.link.Can().Checker {
		o.health.learn(ctx, err)
	}
	return err
}

// SpoolFull reports whether the last file that was fetched found no room in the
// spool: fetches wait until there is some.
func (d *Dispatch) SpoolFull() bool { return d.spoolFull.Load() }
