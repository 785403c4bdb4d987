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
// outbox. A node that is gone leaves its part when its leases end; so does one that
// the brokers take nothing from while others publish. That one rests.
type shards struct {
	feed  *Feed
	lease time.Duration
	mine  []int
	whole bool      // nothing of the last batch is under way or left behind, of what is mine
	lost  int       // batches in a row that the brokers did not take
	tired bool      // they are enough, and nobody has looked who else publishes
	ends  time.Time // of the leases, by this node's clock
	next  time.Time // look at who has what
}

// lostMost is how many batches in a row the brokers may refuse a node that others
// could stand in for. One that has rested has to be taken at once.
const lostMost = 3

func newShards(f *Feed) *shards {
	s := &shards{feed: f, lease: f.lease, whole: true}
	def(&s.lease, shardTime)
	return s
}

// hold returns the shards that are this node's, for long enough to begin a batch;
// none while it rests.
func (s *shards) hold(ctx context.Context) ([]int, error) {
	if s.tired {
		if err := s.rest(ctx); err != nil {
			return nil, err
		}
	}
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
	ids, others, err := s.publishers(ctx)
	if err != nil {
		return err
	}
	part := s.part(ids)
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

// rest leaves this node's shards to other publishers, where there are any. What of
// its batches may still be under way then ends before it looks again. It no longer
// shows itself, so that the others take all, and none of them rests meanwhile that
// is alone then. Its shards' leases end by themselves.
func (s *shards) rest(ctx context.Context) error {
	ids, _, err := s.publishers(ctx)
	if err != nil {
		return err
	}
	if s.tired = false; len(ids) == 1 {
		return nil
	}
	s.mine, s.whole, s.next = nil, true, time.Now().Add(2*s.lease)
	s.feed.Log.Warn("the brokers take nothing from this node: its part of the events feed is left to others", "publishers", len(ids)-1, "rests", 2*s.lease)
	if err := s.feed.Leases.LetGo(ctx, publisherName(s.feed.Node)); err != nil {
		s.feed.Log.Debug("a lease of the feed's ends by itself", "err", err)
	}
	return nil
}

// publishers are the nodes that publish, this one among them, by id, and the leases
// that are another's.
func (s *shards) publishers(ctx context.Context) (ids []string, others map[string]bool, err error) {
	ids, others = []string{s.feed.Node}, map[string]bool{}
	if s.feed.Nodes == nil {
		return ids, others, nil
	}
	nodes, err := s.feed.Nodes.Peers(ctx)
	if err != nil {
		return nil, nil, err
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
	return ids, others, nil
}

// part is how many shards are to be this node's, the same for all but for one.
func (s *shards) part(ids []string) int {
	n := journal.Shards / len(ids)
	if slices.Index(ids, s.feed.Node) < journal.Shards%len(ids) {
		n++
	}
	return n
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
		s.count(err)
	}
}

// count counts the batches that the brokers did not take, until they take one. One
// that was cut off tells nothing of them.
func (s *shards) count(err error) {
	switch {
	case err == nil:
		s.lost, s.tired = 0, false
	case errors.Is(err, ErrUnavailable) && !errors.Is(err, errCut):
		s.lost++
		s.tired = s.lost >= lostMost
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
