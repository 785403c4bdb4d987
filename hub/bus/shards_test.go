package bus

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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
		"not renewed":    {func(b *board, _ func()) { b.down = true }, shardTime, errCut},
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
