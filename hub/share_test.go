package hub

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// board is a journal's leases and nodes with a clock of their own.
type board struct {
	now   time.Time
	owner map[string]string
	until map[string]time.Time
	seen  map[string]time.Time
	polls map[string][]string
}

type boardOf struct {
	*board
	node string
}

func (b boardOf) Beat(context.Context, journal.Node) error { return nil }
func (b boardOf) Leave(context.Context, string) error      { return nil }
func (b boardOf) Nodes(context.Context) ([]journal.NodeState, error) {
	return nil, errors.New("what all nodes have in hand is no matter")
}

func (b boardOf) Peers(context.Context) (out []journal.NodeState, err error) {
	for id, seen := range b.seen {
		n := journal.NodeState{Node: journal.Node{ID: id, Polls: b.polls[id]}, Seen: seen, Silent: b.now.Sub(seen)}
		for name, owner := range b.owner {
			if owner == id && b.until[name].After(b.now) {
				n.Leases = append(n.Leases, name)
			}
		}
		out = append(out, n)
	}
	return out, nil
}

func (b boardOf) Hold(_ context.Context, ttl time.Duration, names ...string) (held []string, err error) {
	for _, n := range names {
		if b.owner[n] == b.node || !b.until[n].After(b.now) {
			b.owner[n], b.until[n] = b.node, b.now.Add(ttl)
			held = append(held, n)
		}
	}
	return held, nil
}

func (b boardOf) LetGo(_ context.Context, names ...string) error {
	for _, n := range names {
		if b.owner[n] == b.node {
			delete(b.owner, n)
			delete(b.until, n)
		}
	}
	return nil
}

func newBoard() *board {
	return &board{
		now: time.Unix(1_800_000_000, 0), owner: map[string]string{}, until: map[string]time.Time{},
		seen: map[string]time.Time{}, polls: map[string][]string{},
	}
}

// node joins with a link of so many calls at once.
func (b *board) node(t *testing.T, id string, calls int) (*shares, *link.Link) {
	t.Helper()
	spec := sdk.Spec{Name: "mute", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return silent{}, nil }}
	l, err := link.Open(t.Context(), link.Config{Name: "rx", Connector: "mute", Concurrency: calls}, spec, link.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b.seen[id] = b.now
	return &shares{id: id, links: []*link.Link{l}, registry: boardOf{b, id}, leases: boardOf{b, id}, polls: func() []string { return b.polls[id] }}, l
}

// pass lets time go by in which all nodes give signs of life.
func (b *board) pass(d time.Duration) {
	b.now = b.now.Add(d)
	for id := range b.seen {
		b.seen[id] = b.now
	}
}

// TestShareOfEach: no node is left without a call while another one has two; where
// there are fewer calls than nodes, those that read the link's feeds have them.
func TestShareOfEach(t *testing.T) {
	for name, c := range map[string]struct {
		calls int
		polls map[string][]string // by node: a, b, c
		want  [3]int
	}{
		"as even as can be":                {4, nil, [3]int{2, 1, 1}},
		"the last one reads":               {4, map[string][]string{"c": {"rx/appeals"}}, [3]int{1, 1, 2}},
		"one call, for the one that reads": {1, map[string][]string{"c": {"rx/states", "rx/appeals"}}, [3]int{0, 0, 1}},
		"a link of another name is read":   {1, map[string][]string{"c": {"rx-2/appeals"}}, [3]int{1, 0, 0}},
		"two read, and there are two":      {2, map[string][]string{"b": {"rx/appeals"}, "c": {"rx/states"}}, [3]int{0, 1, 1}},
	} {
		b := newBoard()
		var all [3]*shares
		var links [3]*link.Link
		for i, id := range []string{"a", "b", "c"} {
			all[i], links[i] = b.node(t, id, c.calls)
			all[i].begin(t.Context())
		}
		b.polls = c.polls // they begin to read once they run
		var got [3]int
		for range 6 {
			b.pass(beatTime)
			for i := range all {
				all[i].round(t.Context())
			}
			if got = [3]int{links[0].Share(), links[1].Share(), links[2].Share()}; got[0]+got[1]+got[2] > c.calls {
				t.Errorf("%s: %v of %d", name, got, c.calls)
			}
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestShares: the calls at once of all nodes are never more than configured, each
// node gets its part, and a node that is gone leaves its own.
func TestShares(t *testing.T) {
	b := newBoard()
	node := func(id string) (*shares, *link.Link) { return b.node(t, id, 8) }
	one, first := node("one")
	one.begin(t.Context())
	if first.Share() != 8 {
		t.Errorf("alone it has %d", first.Share())
	}
	two, second := node("two")
	two.begin(t.Context())
	if second.Share() != 0 {
		t.Errorf("the second begins with %d, though the first has all", second.Share())
	}
	var three *shares
	step := func(why string, want ...int) {
		t.Helper()
		for range 4 {
			b.now = b.now.Add(beatTime)
			for id := range b.seen {
				if id != "gone" {
					b.seen[id] = b.now
				}
			}
			for _, s := range []*shares{two, one, three} {
				if s != nil && !b.seen[s.id].IsZero() {
					s.round(t.Context())
				}
			}
			if sum := first.Share() + second.Share(); sum > 8 {
				t.Errorf("%s: %d calls at once", why, sum)
			}
		}
		if got := []int{first.Share(), second.Share()}; got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: shares %v, want %v", why, got, want)
		}
	}
	step("two nodes", 4, 4)
	delete(b.seen, "one")
	one = nil
	first.SetShare(0)
	step("one is gone, its leases end", 0, 8)
}

type silent struct{}

func (silent) Close() error { return nil }
