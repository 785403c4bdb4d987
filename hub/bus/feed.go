package bus

import (
	"context"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// Feed publishes the journal's events, those of a stream in their order, and
// copies of dead letters. A crash between the two steps publishes an event a
// second time: readers know it by its sequence. The nodes that publish share the
// outbox evenly; see shards.
type Feed struct {
	Kafka  *Kafka
	Outbox journal.Outbox
	Leases journal.Leaser
	Nodes  journal.Registry // of the nodes that publish; nil: this one is alone
	Node   string           // this node's id
	Wake   <-chan struct{}  // tells of new events; without it they are looked for
	Log    *slog.Logger

	lease time.Duration // 0: shardTime
}

// The feed's measures.
const (
	feedBatch = 2000
	feedLook  = 200 * time.Millisecond // for events of other nodes
	shardTime = 15 * time.Second       // how long a shard stays a node's that has fallen silent
)

// Run publishes until ctx ends: the batch in hand to its end, where that is soon.
func (f *Feed) Run(ctx context.Context) error {
	s := newShards(f)
	defer s.letGo(context.WithoutCancel(ctx))
	for n := 0; ctx.Err() == nil; {
		published, err := f.turn(ctx, s)
		switch {
		case err != nil && ctx.Err() == nil:
			if n++; n == 1 {
				f.Log.Warn("the events feed waits", "err", err)
			}
			pause(ctx, min(time.Duration(n)*250*time.Millisecond, 5*time.Second))
		case published < feedBatch:
			if n > 0 {
				f.Log.Info("the events feed goes on")
			}
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
		s.whole = s.whole || err == nil
		return 0, err
	}
	ctx, end := s.inHand(ctx)
	err = f.settle(ctx, all)
	end(err)
	return len(all), err
}

// settle publishes events and takes them out of the outbox.
func (f *Feed) settle(ctx context.Context, all []journal.Unpublished) error {
	if err := f.publish(ctx, all); err != nil {
		return err
	}
	failpoint.Hit("bus.feed_published")
	seqs := make([]int64, len(all))
	for i := range all {
		seqs[i] = all[i].Event.Seq
	}
	return f.Outbox.Published(ctx, seqs...)
}

func (f *Feed) publish(ctx context.Context, all []journal.Unpublished) error {
	inbound, events, dead := f.Kafka.Topics()
	messages := make([]Message, 0, len(all))
	var letters []Message
	for i := range all {
		m, err := eventMessage(&all[i].Event)
		if err != nil {
			return err
		}
		messages = append(messages, m)
		if k := all[i].Event.Kind; k == journal.DeliveryDead || k == journal.ItemRejected {
			letters = append(letters, f.fitting(deadMessage(&all[i], inbound)))
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

// fitting leaves out what is larger than the topic takes, for the journal has it: the
// value, and then what is long of the headers.
func (f *Feed) fitting(m Message) Message {
	if f.Kafka.Fits(&m) {
		return m
	}
	m.Value, m.Headers = nil, slices.Clone(m.Headers)
	for most := longHeader; most > 0 && !f.Kafka.Fits(&m); most /= 2 {
		for i := range m.Headers {
			m.Headers[i].Value = head(m.Headers[i].Value, most)
		}
	}
	return m
}

// longHeader is what a header's value may have of bytes at first where not all fits.
const longHeader = 4 << 10

// head is the beginning of s, of so many bytes at most.
func head(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
