package bus

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (b *board) shards(id string) *shards {
	return newShards(&Feed{Leases: member{b, id}, Nodes: member{b, id}, Node: id, Log: slog.New(slog.DiscardHandler)})
}

// sharing has a node look at its shards as the feed does, until it drains or is
// killed.
func (b *board) sharing(t *testing.T, id string) (drain, kill func()) {
	s := b.shards(id)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			s.hold(ctx)
			s.feed.wait(ctx)
		}
	}()
	kill = func() { cancel(); <-ended }
	return func() { kill(); s.letGo(t.Context()) }, kill
}

// TestShards: nodes share the outbox evenly; one that comes has its part within two
// looks, one that drains leaves its own at once, one that is gone when its leases
// end.
func TestShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		after := func(why string, d time.Duration, want ...int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if d := cmp.Diff(want, b.counts("a", "b", "c")); d != "" {
				t.Errorf("%s: %s", why, d)
			}
		}
		drainA, _ := b.sharing(t, "a")
		after("alone", time.Second, 16, 0, 0)
		_, killB := b.sharing(t, "b")
		after("two, at once", 0, 16, 0, 0)
		after("two", shardTime/3+2*time.Second, 8, 8, 0)
		drainC, _ := b.sharing(t, "c")
		after("three", 2*shardTime/3, 6, 5, 5)
		after("three, later", time.Minute, 6, 5, 5)
		drainA()
		after("one has drained, at once", 0, 0, 5, 5)
		after("one has drained", shardTime/3+time.Second, 0, 8, 8)
		killB()
		after("one is gone, its leases not", shardTime/2, 0, 8, 8)
		after("one is gone", shardTime, 0, 0, 16)
		drainC()
		after("none", 0, 0, 0, 0)
	})
}

// TestShardsOfOthers: a node that drains and one that publishes nothing count for
// nothing, and of more nodes than shards some have none.
func TestShardsOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		if _, err := (member{b, "mute"}).Hold(t.Context(), time.Hour, "slot:rx:0"); err != nil {
			t.Fatal(err)
		}
		if _, err := (member{b, "drains"}).Hold(t.Context(), time.Hour, publisherName("drains"), shardName(3)); err != nil {
			t.Fatal(err)
		}
		b.draining["drains"] = true
		first, _ := b.sharing(t, "node-00")
		time.Sleep(time.Second)
		if got := b.counts("node-00"); got[0] != 15 {
			t.Errorf("it has %d shards, all but one are free", got[0])
		}
		stop := []func(){first}
		names := []string{"node-00"}
		for len(names) < 20 {
			names = append(names, "node-"+string(rune('a'+len(names))))
			drain, _ := b.sharing(t, names[len(names)-1])
			stop = append(stop, drain)
		}
		time.Sleep(2 * shardTime)
		got := b.counts(names...)
		if slices.Max(got) != 1 || slices.Min(got) != 0 {
			t.Errorf("20 nodes have %v", got)
		}
		for _, s := range stop {
			s()
		}
	})
}

// TestShardsInHand: after a batch that failed a node keeps even what is too much,
// until a batch has come to its end.
func TestShardsInHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		s := b.shards("a")
		look := func() int {
			t.Helper()
			mine, err := s.hold(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(mine)
		}
		look()
		_, kill := b.sharing(t, "b")
		defer kill()
		_, end := s.inHand(t.Context())
		end(ErrUnavailable)
		time.Sleep(shardTime / 2)
		if n := look(); n != 16 {
			t.Errorf("after a batch that failed it has %d", n)
		}
		s.letGo(t.Context())
		if got := b.counts("a"); got[0] != 16 {
			t.Errorf("at its end after a batch that failed it leaves %d", got[0])
		}
		_, end = s.inHand(t.Context())
		end(nil)
		time.Sleep(shardTime / 2)
		if n := look(); n != 8 {
			t.Errorf("after a whole batch it has %d", n)
		}
	})
}

// TestBatchTime: a batch goes on for as long as its leases are renewed, and for a
// while after the feed's end.
func TestBatchTime(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(b *board, stop func())
		lasts   time.Duration
		why     error
	}{
		"renewed":        {func(*board, func()) {}, 10 * shardTime, nil},
		"not renewed":    {func(b *board, _ func()) { b.fail() }, shardTime, errCut},
		"the feed's end": {func(_ *board, stop func()) { stop() }, finishTime, errCut},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				s := b.shards("a")
				if _, err := s.hold(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				batch, end := s.inHand(ctx)
				begun := time.Now()
				c.happens(b, stop)
				most, cancel := context.WithTimeout(batch, 10*shardTime)
				<-most.Done()
				cancel()
				if took := time.Since(begun); took != c.lasts || !errors.Is(context.Cause(batch), c.why) {
					t.Errorf("it lasts %v and ends with %v, want %v and %v", took, context.Cause(batch), c.lasts, c.why)
				}
				if c.why == nil && b.counts("a")[0] != 16 {
					t.Error("the leases are lost meanwhile")
				}
				end(nil)
			})
		})
	}
}

// batches has a node look at its shards and send a batch of what it has, as the feed
// does: each lasts as long as the brokers' patience where they take none.
func (b *board) batches(t *testing.T, id string, takes *atomic.Bool) (stop func()) {
	s := b.shards(id)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if mine, err := s.hold(ctx); err == nil && len(mine) > 0 {
				b.send(ctx, s, mine, takes.Load())
			}
			s.feed.wait(ctx)
		}
	}()
	return func() { cancel(); <-ended }
}

// send is one batch. No other node may have its shards in hand meanwhile.
func (b *board) send(ctx context.Context, s *shards, mine []int, taken bool) {
	id := s.feed.Node
	batch, end := s.inHand(ctx)
	b.take(id, mine)
	defer b.leave(mine)
	if taken {
		b.published(id, len(mine))
		end(nil)
		return
	}
	most, cancel := context.WithTimeout(batch, ackTime)
	defer cancel()
	<-most.Done()
	end(ErrUnavailable)
}

func (b *board) take(id string, mine []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range mine {
		if other := b.hand[i]; other != "" {
			b.t.Errorf("%s takes shard %d, which %s has in hand", id, i, other)
		}
		b.hand[i] = id
	}
}

func (b *board) leave(mine []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range mine {
		delete(b.hand, i)
	}
}

func (b *board) published(id string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.by[id] += n
}

// TestShardsCutOff: a node whose batches the brokers don't take leaves its part to
// another one that publishes, looks again after a rest, and has its part again once
// they take them.
func TestShardsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		var takesA, takesB atomic.Bool
		takesA.Store(true)
		takesB.Store(true)
		stopA := b.batches(t, "a", &takesA)
		stopB := b.batches(t, "b", &takesB)
		defer stopB()
		defer stopA()
		after := func(why string, d time.Duration, want ...int) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if d := cmp.Diff(want, b.counts("a", "b")); d != "" {
				t.Errorf("%s: %s", why, d)
			}
		}
		after("both publish", shardTime, 8, 8)
		takesA.Store(false)
		after("two of its batches have failed", 2*ackTime+time.Second, 8, 8)
		after("the third has, its leases have ended", ackTime+shardTime+time.Second, 0, 16)
		after("it rests", shardTime/2, 0, 16)
		after("it has looked again, and sends one batch", shardTime+shardTime/3, 8, 8)
		after("that has failed too", ackTime+shardTime, 0, 16)
		takesA.Store(true)
		after("they take it", 2*shardTime, 8, 8)
	})
}

// TestShardsCutOffAlone: a node that no other one could stand in for never rests, and
// what is no fault of the brokers' is no reason to.
func TestShardsCutOffAlone(t *testing.T) {
	for name, c := range map[string]struct {
		others bool
		err    error
		rests  bool
	}{
		"alone":               {false, ErrUnavailable, false},
		"another one is well": {true, ErrUnavailable, true},
		"too large":           {true, ErrTooLarge, false},
		"the journal is down": {true, errors.Join(ErrUnavailable, errCut), false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				s := b.shards("a")
				if _, err := s.hold(t.Context()); err != nil {
					t.Fatal(err)
				}
				if c.others {
					_, kill := b.sharing(t, "b")
					defer kill()
				}
				for range 5 {
					synctest.Wait()
					mine, err := s.hold(t.Context())
					if err != nil || len(mine) == 0 {
						break
					}
					_, end := s.inHand(t.Context())
					end(c.err)
				}
				mine, err := s.hold(t.Context())
				if rests := len(mine) == 0; rests != c.rests || err != nil {
					t.Errorf("it has %d shards: %v", len(mine), err)
				}
			})
		})
	}
}
