package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/appealhub/appealhub/sdk"
)

// Deps are what a link needs of the hub.
type Deps struct {
	Log *slog.Logger     // nil: slog.Default
	Now func() time.Time // the clock given to the connector; nil: time.Now
	Dir string           // a folder of the link's own, made if need be; empty: none

	Zone *time.Location // of the link's organisation, for Timestamps; nil: none
}

// Link is a connector that is open under a name.
type Link struct {
	cfg       Config
	connector sdk.Connector
	verbs     verbs
	can       Abilities
	log       *slog.Logger
	slots     chan struct{} // holds one element for each call under way
	closed    chan struct{}
	limiter   *rate.Limiter // nil: no limit
	shown     *shown        // the systems' certificates

	sharing  sync.Mutex
	reserved atomic.Int32 // elements of slots that are other nodes' share
}

// Open opens spec's connector under cfg. The options poll, proxy, tls and
// timestamps are the link's own and don't reach the connector. An error names the link and
// every field at fault.
func Open(ctx context.Context, cfg Config, spec sdk.Spec, deps Deps) (*Link, error) {
	l, err := open(ctx, cfg, spec, deps)
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", cfg.Name, err)
	}
	return l, nil
}

func open(ctx context.Context, cfg Config, spec sdk.Spec, deps Deps) (*Link, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg, _ = cfg.prepared() // its errors are among Validate's
	if deps.Now == nil {
		deps.Now = time.Now
	}
	seen, err := newHTTPClient(cfg, deps.Now)
	if err != nil {
		return nil, err
	}
	if deps.Dir != "" {
		if err := os.MkdirAll(deps.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the link's folder: %w", err)
		}
	}
	l := newLink(cfg, deps)
	l.shown = seen
	env := sdk.Env{Link: cfg.Name, Options: maps.Clone(cfg.Options), Log: l.log, Now: deps.Now, HTTP: seen.client, Dir: deps.Dir}
	if cfg.Timestamps == LocalTimes {
		env.LocalTimes = deps.Zone
	}
	return l, l.connect(ctx, spec, env)
}

func newLink(cfg Config, deps Deps) *Link {
	log := deps.Log
	if log == nil {
		log = slog.Default()
	}
	l := &Link{
		cfg:    cfg,
		log:    log.With("link", cfg.Name),
		slots:  make(chan struct{}, cfg.Concurrency),
		closed: make(chan struct{}),
	}
	if cfg.Rate > 0 {
		l.limiter = rate.NewLimiter(rate.Limit(cfg.Rate), max(1, int(cfg.Rate)))
	}
	return l
}

// connect opens the connector and finds out what it can do.
func (l *Link) connect(ctx context.Context, spec sdk.Spec, env sdk.Env) (err error) {
	defer l.rescue("open", &err)
	l.connector, err = spec.Open(ctx, env)
	if err == nil && l.connector == nil {
		err = errors.New("the connector opened without an error and without a connector")
	}
	if err != nil {
		return err
	}
	l.verbs = verbsOf(l.connector)
	l.can = l.verbs.abilities()
	l.can.AttachmentsFirst = spec.AttachmentsFirst
	return nil
}

// Name returns the link's name.
func (l *Link) Name() string { return l.cfg.Name }

// Config returns the link's configuration with the defaults filled in.
func (l *Link) Config() Config {
	cfg := l.cfg
	cfg.Options = maps.Clone(cfg.Options)
	return cfg
}

// Can returns what the connector can do.
func (l *Link) Can() Abilities { return l.can }

// Close waits for the calls under way and closes the connector. Calls that
// begin afterwards fail. It is called once.
func (l *Link) Close() (err error) {
	close(l.closed)
	l.sharing.Lock() // for good: nothing is shared out any more
	for range l.Share() {
		l.slots <- struct{}{}
	}
	defer l.rescue("close", &err)
	return l.connector.Close()
}
