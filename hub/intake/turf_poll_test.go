package intake

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// ledger is the leases of several nodes.
type ledger struct {
	mu     sync.Mutex
	owner  string
	until  time.Time
	silent bool
}

// of is one node's view of them, and of its journal what a poller without anything to
// keep calls.
func (l *ledger) of(node string) shared { return shared{ledger: l, node: node} }

type shared struct {
	journal.Journal
	*ledger
	node string
}

func (s shared) Hold(_ context.Context, ttl time.Duration, names ...string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.silent:
		return nil, journal.ErrUnavailable
	case s.owner != s.node && time.Now().Before(s.until):
		return nil, nil
	}
	s.owner, s.until = s.node, time.Now().Add(ttl)
	return names, nil
}

func (s shared) LetGo(context.Context, ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owner == s.node {
		s.until = time.Time{}
	}
	return nil
}

func (shared) LinkState(context.Context, string) (journal.LinkState, error) {
	return journal.LinkState{}, nil
}

func (shared) SetLink(context.Context, string, string, time.Time, func(*journal.LinkState)) error {
	return nil
}

// slow is a system whose page takes a while.
type slow struct {
	takes time.Duration
	asked chan struct{}
}

func (slow) Close() error { return nil }

func (s slow) FetchAppeals(ctx context.Context, _ sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	s.asked <- struct{}{}
	sleep(ctx, s.takes)
	return sdk.Page[sdk.Appeal]{}, ctx.Err()
}

// pollerOf is one node's poller of the system, and the intake that it is of.
func pollerOf(t *testing.T, j journal.Journal, k *bus.Kafka, s slow) (*Intake, *poller) {
	t.Helper()
	spec := sdk.Spec{Name: "slow", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return s, nil }}
	l, err := link.Open(t.Context(), link.Config{Name: "pos", Connector: "slow", Concurrency: 1}, spec, link.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	in := New(Config{Journal: j, Bus: k, Links: []*link.Link{l}})
	f := in.appeals(l)
	f.kept = false
	return in, in.newPoller(in.sources["pos"], f)
}

// TestTurfOfIdle: a node that has none of the link's calls leaves the feed to one
// that has.
func TestTurfOfIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		s := slow{asked: make(chan struct{}, 9)}
		in, p := pollerOf(t, l.of("one"), nil, s)
		p.turn(t.Context())
		if len(s.asked) != 1 || !p.turf.held() {
			t.Fatalf("asked %d times", len(s.asked))
		}
		in.cfg.Links[0].SetShare(0)
		if wait := p.turn(t.Context()); wait != p.look() || len(s.asked) != 1 || p.turf.held() {
			t.Errorf("without a call: asked %d times, waits %v, held %v", len(s.asked), wait, p.turf.held())
		}
		other := &turf{leases: l.of("two"), name: p.turf.name, now: time.Now}
		if !other.mine(t.Context()) {
			t.Error("the feed was not left to others")
		}
		in.cfg.Links[0].SetShare(1)
		if p.turn(t.Context()); len(s.asked) != 1 {
			t.Error("it reads beside the other one")
		}
	})
}

// TestTurfOfSlowPage: while a page takes longer than the lease the feed stays this
// node's; where it did not, what the page brings is given up: another node may have
// read a later state.
func TestTurfOfSlowPage(t *testing.T) {
	for name, c := range map[string]struct {
		silent time.Duration // the journal, from the third second on
		loses  bool
	}{
		"it is renewed":          {0, false},
		"the journal is silent":  {time.Minute, true},
		"but for a moment alone": {4 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{}
				s := slow{takes: 50 * time.Second, asked: make(chan struct{}, 9)}
				_, p := pollerOf(t, l.of("one"), nil, s)
				ended := make(chan error, 1)
				go func() { ended <- p.sweep(t.Context()) }()
				lost := false
				for second := range 49 {
					time.Sleep(time.Second)
					l.mu.Lock()
					l.silent = second >= 3 && time.Duration(second-3)*time.Second < c.silent
					lost = lost || time.Now().After(l.until)
					l.mu.Unlock()
				}
				if err := <-ended; lost != c.loses || errors.Is(err, errNotMine) != c.loses {
					t.Errorf("lost %v, %v", lost, err)
				}
			})
		})
	}
}

// TestPollsAtOnce: that a node reads a feed is known while it reads the first page:
// the link's calls go to it first.
func TestPollsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slow{takes: 20 * time.Second, asked: make(chan struct{}, 9)}
		in, p := pollerOf(t, shared{}, &bus.Kafka{}, s)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); p.run(ctx) }()
		<-s.asked
		if got := in.Polls(); !slices.Equal(got, []string{"pos/appeals"}) {
			t.Errorf("polls %v", got)
		}
		cancel()
		<-ended
		if got := in.Polls(); len(got) > 0 {
			t.Errorf("then %v", got)
		}
	})
}
