package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// finishTime is how long the batch in hand may take to its end after the feed's.
const finishTime = 3 * time.Second

// errCut says why a batch did not come to its end.
var errCut = errors.New("the feed ends, or its leases in the journal can't be renewed")

// shards are the parts of the outbox that this node publishes. Each has one
// publisher at a time: who has its lease. Each node that publishes shows itself by
// a lease of its own and holds no more than its part of the others; one too many it
// gives up between two batches, once the last is acknowledged and out of the
// outbox. A node that is gone leaves its part when its leases end.
type shards struct {
	feed  *Feed
	lease time.Duration
	mine  []int
	whole bool      // nothing of the last batch is under way or left behind
	ends  time.Time // of the leases, by this node's clock
	next  time.Time // look at who has what
}

func newShards(f *Feed) *shards {
	s := &shards{feed: f, lease: f.lease, whole: true}
	def(&s.lease, shardTime)
	return s
}

// hold returns the shards that are this node's, for long enough to begin a batch.
func (s *shards) hold(ctx context.Context) ([]int, error) {
	if time.Now().Before(s.next) {
		return s.mine, nil
	}
	return s.mine, s.round(ctx)
}

// round renews what is this node's, then takes what is missing from its part or
// gives up what is too much. A node that has less than its part soon looks again.
func (s *shards) round(ctx context.Context) error {
	begun := time.Now()
	held, err := s.feed.Leases.Hold(ctx, s.lease, s.names()...)
	if err != nil {
		return err
	}
	s.mine, s.ends = numbers(held), begun.Add(s.lease)
	part, others, err := s.part(ctx)
	if err != nil {
		return err
	}
	s.next = begun.Add(s.lease / 3)
	if over := len(s.mine) - part; over > 0 && s.whole {
		return s.giveUp(ctx, over)
	}
	if vacant := s.vacant(others, part-len(s.mine)); len(vacant) > 0 {
		if held, err = s.feed.Leases.Hold(ctx, s.lease, vacant...); err != nil {
			return err
		}
		s.mine = append(s.mine, numbers(held)...)
	}
	if len(s.mine) < part {
		s.next = begun.Add(s.lease / 15)
	}
	return nil
}

// part is how many shards are to be this node's, the same for all but for one, and
// which are another's.
func (s *shards) part(ctx context.Context) (n int, others map[string]bool, err error) {
	ids, others := []string{s.feed.Node}, map[string]bool{}
	if s.feed.Nodes == nil {
		return journal.Shards, others, nil
	}
	nodes, err := s.feed.Nodes.Nodes(ctx)
	if err != nil {
		return 0, nil, err
	}
	for i := range nodes {
		if nodes[i].ID == s.feed.Node {
			continue
		}
		for _, name := range nodes[i].Leases {
			others[name] = true
		}
		if others[publisherName(nodes[i].ID)] && !nodes[i].Draining {
			ids = append(ids, nodes[i].ID)
		}
	}
	slices.Sort(ids)
	n = journal.Shards / len(ids)
	if slices.Index(ids, s.feed.Node) < journal.Shards%len(ids) {
		n++
	}
	return n, others, nil
}

// vacant are leases of shards of nobody, n at most.
func (s *shards) vacant(others map[string]bool, n int) (out []string) {
	for i := 0; i < journal.Shards && len(out) < n; i++ {
		if name := shardName(i); !others[name] && !slices.Contains(s.mine, i) {
			out = append(out, name)
		}
	}
	return out
}

// giveUp leaves the last n shards to others. It publishes nothing of them any more,
// even where the journal does not hear of it.
func (s *shards) giveUp(ctx context.Context, n int) error {
	keep := len(s.mine) - n
	over := shardNames(s.mine[keep:])
	s.mine = s.mine[:keep]
	return s.feed.Leases.LetGo(ctx, over...)
}

// inHand is the time of a batch. It goes on while its leases are renewed, and for
// finishTime after ctx has ended. The function that ends it is told how the batch
// ended.
func (s *shards) inHand(ctx context.Context) (context.Context, func(error)) {
	bound, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.renew(bound, ctx.Done(), cancel)
	}()
	return bound, func(err error) {
		cancel(nil)
		<-ended
		s.whole = err == nil
	}
}

// renew renews the leases until the batch ends, and ends it where it can't.
func (s *shards) renew(batch context.Context, stop <-chan struct{}, cancel context.CancelCauseFunc) {
	every := time.NewTicker(s.lease / 3)
	defer every.Stop()
	over := time.NewTimer(time.Until(s.ends))
	defer over.Stop()
	for {
		select {
		case <-batch.Done():
			return
		case <-over.C:
			cancel(errCut)
		case <-stop:
			stop = nil
			over.Reset(min(finishTime, time.Until(s.ends)))
			every.Stop()
		case <-every.C:
			begun, names := time.Now(), s.names()
			held, err := s.feed.Leases.Hold(batch, s.lease, names...)
			if err == nil && len(held) == len(names) {
				s.ends = begun.Add(s.lease)
				over.Reset(s.lease)
			}
		}
	}
}

// letGo gives all leases back, unless a batch was cut off: what of it is still
// under way is to end before another node begins.
func (s *shards) letGo(ctx context.Context) {
	if !s.whole {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.feed.Leases.LetGo(ctx, s.names()...); err != nil {
		s.feed.Log.Debug("the feed's leases end by themselves", "err", err)
	}
}

// names are the leases of this node.
func (s *shards) names() []string {
	return append(shardNames(s.mine), publisherName(s.feed.Node))
}

// publisherName is the lease that shows a node as one that publishes.
func publisherName(node string) string { return "publisher:" + node }

func shardName(i int) string { return fmt.Sprintf("feed:%d", i) }

func shardNames(all []int) (names []string) {
	for _, i := range all {
		names = append(names, shardName(i))
	}
	return names
}

// numbers are the shards among leases.
func numbers(names []string) (all []int) {
	for i := range journal.Shards {
		if slices.Contains(names, shardName(i)) {
			all = append(all, i)
		}
	}
	return all
}
