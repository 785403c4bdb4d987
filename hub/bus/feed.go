package bus

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// Feed publishes the journal's events, those of a stream in their order, and
// copies of dead letters. A crash between the two steps publishes an event a
// second time: readers know it by its sequence.
type Feed struct {
	Kafka  *Kafka
	Outbox journal.Outbox
	Leases journal.Leaser
	Wake   <-chan struct{} // tells of new events; without it they are looked for
	Log    *slog.Logger
}

// The feed's measures. A node that holds a shard's lease no longer than half its
// time without renewing it can't be overtaken by another one.
const (
	feedBatch = 2000
	feedLook  = 200 * time.Millisecond // for events of other nodes
	shardTime = 15 * time.Second
	renewAt   = shardTime / 3
)

// Run publishes until ctx ends.
func (f *Feed) Run(ctx context.Context) error {
	s := &shards{feed: f}
	defer s.letGo(context.WithoutCancel(ctx))
	for n := 0; ctx.Err() == nil; {
		published, err := f.turn(ctx, s)
		switch {
		case err != nil && ctx.Err() == nil:
			n++
			f.Log.Warn("the events feed waits", "err", err)
			pause(ctx, min(time.Duration(n)*250*time.Millisecond, 5*time.Second))
		case published < feedBatch:
			n = 0
			f.wait(ctx)
		}
	}
	return nil
}

func (f *Feed) wait(ctx context.Context) {
	timer := time.NewTimer(feedLook)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-f.Wake:
	case <-timer.C:
	}
}

// turn publishes what the outbox has, feedBatch at most.
func (f *Feed) turn(ctx context.Context, s *shards) (int, error) {
	mine, err := s.hold(ctx)
	if err != nil || len(mine) == 0 {
		return 0, err
	}
	all, err := f.Outbox.Unpublished(ctx, mine, feedBatch)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	if err := f.publish(ctx, all); err != nil {
		return 0, err
	}
	failpoint.Hit("bus.feed_published")
	seqs := make([]int64, len(all))
	for i := range all {
		seqs[i] = all[i].Event.Seq
	}
	return len(all), f.Outbox.Published(ctx, seqs...)
}

func (f *Feed) publish(ctx context.Context, all []journal.Unpublished) error {
	_, events, dead := f.Kafka.Topics()
	messages := make([]Message, 0, len(all))
	var letters []Message
	for i := range all {
		m, err := eventMessage(&all[i].Event)
		if err != nil {
			return err
		}
		messages = append(messages, m)
		if k := all[i].Event.Kind; k == journal.DeliveryDead || k == journal.ItemRejected {
			letters = append(letters, f.fitting(deadMessage(&all[i])))
		}
	}
	if len(letters) > 0 {
		if _, err := f.Kafka.Publish(ctx, dead, letters...); err != nil {
			return err
		}
	}
	_, err := f.Kafka.Publish(ctx, events, messages...)
	return err
}

// fitting leaves out what is larger than the topic takes: the journal has it.
func (f *Feed) fitting(m Message) Message {
	if len(m.Value) > f.Kafka.cfg.MaxMessage-headRoom {
		m.Value = nil
	}
	return m
}

// headRoom is what headers, key and batch take at most.
const headRoom = 16 << 10

// shards are the parts of the outbox that this node publishes.
type shards struct {
	feed  *Feed
	mine  []int
	names []string
	until time.Time // by this node's clock; half of the lease
	next  time.Time // of the renewal
}

// hold returns the shards that are this node's, for long enough to publish a
// batch.
func (s *shards) hold(ctx context.Context) ([]int, error) {
	now := time.Now()
	if now.Before(s.next) {
		return s.mine, nil
	}
	held, err := s.feed.Leases.Hold(ctx, shardTime, s.all()...)
	if err != nil {
		if now.After(s.until) {
			s.mine = nil
		}
		return s.mine, err
	}
	s.mine, s.names = s.mine[:0:0], held
	s.next, s.until = now.Add(renewAt), now.Add(shardTime/2)
	for _, name := range held {
		var n int
		if _, err := fmt.Sscanf(name, shardName, &n); err == nil {
			s.mine = append(s.mine, n)
		}
	}
	return s.mine, nil
}

// shardName is the lease of a shard.
const shardName = "feed:%d"

func (s *shards) all() []string {
	names := make([]string, journal.Shards)
	for i := range names {
		names[i] = "feed:" + strconv.Itoa(i)
	}
	return names
}

func (s *shards) letGo(ctx context.Context) {
	if len(s.names) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.feed.Leases.LetGo(ctx, s.names...); err != nil {
		s.feed.Log.Debug("the feed's leases end by themselves", "err", err)
	}
}
