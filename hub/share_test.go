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
		n := journal.NodeState{Node: journal.Node{ID: id}, Seen: seen, Silent: b.now.Sub(seen)}
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

// TestShares: the calls at once of all nodes are never more than configured, each
// node gets its part, and a node that is gone leaves its own.
func TestShares(t *testing.T) {
	b := &board{now: time.Unix(1_800_000_000, 0), owner: map[string]string{}, until: map[string]time.Time{}, seen: map[string]time.Time{}}
	spec := sdk.Spec{Name: "mute", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return silent{}, nil }}
	node := func(id string) (*shares, *link.Link) {
		l, err := link.Open(t.Context(), link.Config{Name: "rx", Connector: "mute", Concurrency: 8}, spec, link.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		b.seen[id] = b.now
		return &shares{id: id, links: []*link.Link{l}, registry: boardOf{b, id}, leases: boardOf{b, id}}, l
	}
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
