package hub

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// slotTime is how long a call's place stays a node's that has fallen silent.
const slotTime = 15 * time.Second

// shares shares out the calls at once, and with them the rates, that configuration
// allows each link, among the nodes: one lease for each call. Their sum is never
// more than that; a node that comes has its part as soon as the others have let go
// of theirs.
type shares struct {
	id       string
	links    []*link.Link
	registry journal.Registry
	leases   journal.Leaser
	polls    func() []string // feeds that this node reads, as journal.Node has them
	known    bool
}

// newShares is nil where the journal is one node's.
func (h *Hub) newShares() *shares {
	registry, one := h.journal.(journal.Registry)
	leases, two := h.journal.(journal.Leaser)
	if !one || !two {
		return nil
	}
	return &shares{id: h.self.ID, links: h.links, registry: registry, leases: leases, polls: h.intake.Polls}
}

// begin takes this node's part before anything is called. Where the journal can't
// be asked the node has all: it delivers nothing without the journal, and each feed
// is read by one node alone.
func (s *shares) begin(ctx context.Context) {
	for _, l := range s.links {
		l.SetShare(0)
	}
	if s.round(ctx); s.known {
		return
	}
	for _, l := range s.links {
		l.SetShare(l.Config().Concurrency)
	}
}

// run shares out until ctx ends.
func (s *shares) run(ctx context.Context) error {
	tick := time.NewTicker(beatTime / 5)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n%5 == 0 || !s.known {
			s.round(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// round takes this node's part. While the journal can't be asked it stays as it
// is: without the journal nothing is delivered.
func (s *shares) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatTime/2)
	defer cancel()
	nodes, err := s.registry.Peers(ctx)
	if err != nil {
		return
	}
	live, mine, taken := s.look(nodes)
	var ask, surplus []string
	for _, l := range s.links {
		part := s.part(l, live)
		keep, over := split(l, mine, part)
		ask = append(append(ask, keep...), vacant(l, mine, taken, part-len(keep))...)
		if l.SetShare(len(keep)) {
			surplus = append(surplus, over...)
		}
	}
	held, err := s.leases.Hold(ctx, slotTime, ask...)
	if err != nil {
		return
	}
	if len(surplus) > 0 && s.leases.LetGo(ctx, surplus...) != nil {
		return // they end by themselves
	}
	s.known = true
	for _, l := range s.links {
		l.SetShare(count(l, held))
	}
}

// look finds the nodes that work, this one among them, and the places that are this
// node's and others'.
func (s *shares) look(nodes []journal.NodeState) (live []journal.Node, mine, taken map[string]bool) {
	live, mine, taken = []journal.Node{{ID: s.id, Polls: s.polls()}}, map[string]bool{}, map[string]bool{}
	for _, n := range nodes {
		all := taken
		if n.ID == s.id {
			all = mine
		} else if n.Silent <= journal.SilentAfter && !n.Draining && !n.Seen.IsZero() {
			live = append(live, n.Node)
		}
		for _, name := range n.Leases {
			all[name] = true
		}
	}
	return live, mine, taken
}

// part is how many of a link's calls at once are to be this node's: as many as every
// other's, and one more of what is left over. That goes first to the nodes that read
// the link's feeds: where there are fewer calls than nodes nobody else reads them.
func (s *shares) part(l *link.Link, live []journal.Node) int {
	slices.SortFunc(live, func(a, b journal.Node) int {
		return cmp.Or(cmp.Compare(turn(b, l), turn(a, l)), strings.Compare(a.ID, b.ID))
	})
	at := slices.IndexFunc(live, func(n journal.Node) bool { return n.ID == s.id })
	n, left := l.Config().Concurrency/len(live), l.Config().Concurrency%len(live)
	if at < left {
		n++
	}
	return n
}

// turn is 1 of a node that reads a feed of the link.
func turn(n journal.Node, l *link.Link) int {
	if slices.ContainsFunc(n.Polls, func(feed string) bool { return strings.HasPrefix(feed, l.Name()+"/") }) {
		return 1
	}
	return 0
}

func slot(l *link.Link, i int) string { return fmt.Sprintf("slot:%s:%d", l.Name(), i) }

// split tells the places that stay this node's from those that are too many.
func split(l *link.Link, mine map[string]bool, part int) (keep, over []string) {
	for i := range l.Config().Concurrency {
		switch name := slot(l, i); {
		case !mine[name]:
		case len(keep) < part:
			keep = append(keep, name)
		default:
			over = append(over, name)
		}
	}
	return keep, over
}

// vacant are places of nobody, n at most.
func vacant(l *link.Link, mine, taken map[string]bool, n int) (out []string) {
	for i := 0; i < l.Config().Concurrency && len(out) < n; i++ {
		if name := slot(l, i); !mine[name] && !taken[name] {
			out = append(out, name)
		}
	}
	return out
}

func count(l *link.Link, held []string) (n int) {
	for _, name := range held {
		if strings.HasPrefix(name, "slot:"+l.Name()+":") {
			n++
		}
	}
	return n
}

// letGo gives all places back, once no call is under way.
func (s *shares) letGo() {
	ctx, cancel := context.WithTimeout(context.Background(), beatTime/2)
	defer cancel()
	var all []string
	for _, l := range s.links {
		for i := range l.Config().Concurrency {
			all = append(all, slot(l, i))
		}
	}
	slices.Sort(all)
	_ = s.leases.LetGo(ctx, all...) // else they end by themselves
}
