package intake

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// shared is a journal of several nodes, of whose methods a poller without anything
// to keep calls these.
type shared struct {
	journal.Journal
	as
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

func newLeases() *leases {
	return &leases{now: time.Now(), owner: map[string]string{}, until: map[string]time.Time{}}
}

// TestTurfOfIdle: a node that has none of the link's calls leaves the feed to one
// that has.
func TestTurfOfIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeases()
		s := slow{asked: make(chan struct{}, 9)}
		in, p := pollerOf(t, shared{as: as{l, "one"}}, nil, s)
		p.turn(t.Context())
		if len(s.asked) != 1 || !p.turf.held() {
			t.Fatalf("asked %d times", len(s.asked))
		}
		in.cfg.Links[0].SetShare(0)
		if wait := p.turn(t.Context()); wait != p.look() || len(s.asked) != 1 || p.turf.held() {
			t.Errorf("without a call: asked %d times, waits %v, held %v", len(s.asked), wait, p.turf.held())
		}
		other := &turf{leases: as{l, "two"}, name: p.turf.name, now: time.Now}
		if !other.mine(t.Context()) {
			t.Error("the feed was not left to others")
		}
		in.cfg.Links[0].SetShare(1)
		if p.turn(t.Context()); len(s.asked) != 1 {
			t.Error("it reads beside the other one")
		}
	})
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
