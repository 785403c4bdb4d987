package bus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

// Handler is who reads the inbound topic.
type Handler interface {
	// Place returns the offset at which a partition is to be read on; false where
	// nobody can tell now, and nothing is read until somebody can. A negative one
	// is the beginning.
	Place(ctx context.Context, partition int32) (next int64, known bool)
	// Take makes messages of one partition durable, in order. It returns an error
	// only when ctx has ended: messages are never passed over.
	Take(ctx context.Context, partition int32, batch []Message) error
	// Pass hears that a partition is to be read on at next: what lies there before is
	// taken, or no message. After an error it hears so again.
	Pass(ctx context.Context, partition int32, next int64) error
	// Own works while the partition is this node's, beside Take, and returns soon
	// after ctx has ended. The epoch says among how many it is one: see Epoch.
	Own(ctx context.Context, partition int32, epoch int64)
}

// batchSize bounds the messages of one Take, and inHand how many are under way:
// they bound the memory, whatever waits in the topic.
const (
	batchSize = 500
	inHand    = 4
)

// quietTime is how long nothing comes of a partition before it is looked at whether
// what lies there is a message.
const quietTime = time.Second

// rejoin is how long a node waits that could not join the group, and how often it
// looks whether a place is known.
const rejoin = time.Second

// Read has h read the inbound topic's partitions that are this node's, as one of
// the group of all nodes, until ctx ends. A topic that was deleted and made anew has
// another ID than before from the next Place on, and no call of Take is about both.
func (k *Kafka) Read(ctx context.Context, h Handler) error {
	group, err := sarama.NewConsumerGroupFromClient(k.cfg.Group(), k.client)
	if err != nil {
		return err
	}
	go k.complain(group)
	r := &reading{k: k, h: h, hands: make(chan struct{}, inHand)}
	for ctx.Err() == nil {
		if err := k.member(ctx, group, r); err != nil && ctx.Err() == nil {
			k.warn("the inbound topic can't be read for now", err)
			if !pause(ctx, rejoin) {
				break
			}
		}
	}
	if err := group.Close(); err != nil {
		k.cfg.Log.Warn("this node did not leave the group: others have its partitions once its session has ended", "err", err)
	}
	return nil
}

// member reads as one of the group until its partitions are shared out anew.
func (k *Kafka) member(ctx context.Context, group sarama.ConsumerGroup, r *reading) error {
	ctx, end := context.WithCancel(ctx)
	var looking sync.WaitGroup
	looking.Go(func() { k.renewals(ctx, end) })
	err := group.Consume(ctx, []string{k.cfg.Inbound()}, r)
	end()
	looking.Wait()
	return err
}

// warn logs what goes wrong, and the same again after a while only.
func (k *Kafka) warn(what string, err error) {
	if k.said.Due(what + err.Error()) {
		k.cfg.Log.Warn(what, "err", err)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// complain logs what goes wrong meanwhile, until the group is closed.
func (k *Kafka) complain(group sarama.ConsumerGroup) {
	for err := range group.Errors() {
		if !errors.Is(err, context.Canceled) {
			k.warn("reading the inbound topic", err)
		}
	}
}

// reading is one membership of the group after the other.
type reading struct {
	k      *Kafka
	h      Handler
	places map[int32]bool // partitions whose place the journal knew; of one membership
	hands  chan struct{}
}

var _ sarama.ConsumerGroupHandler = (*reading)(nil)

// Setup has each partition read on where the journal says. The group's own
// offsets are for those who watch it.
func (r *reading) Setup(s sarama.ConsumerGroupSession) error {
	r.places = map[int32]bool{}
	r.k.renew()
	topic := r.k.cfg.Inbound()
	for _, p := range s.Claims()[topic] {
		next, known := r.h.Place(s.Context(), p)
		switch {
		case next < 0:
			next = sarama.OffsetOldest
		case known:
			next = r.missing(s.Context(), p, next)
		}
		r.places[p] = known
		if known {
			s.MarkOffset(topic, p, next, "")
			s.ResetOffset(topic, p, next, "")
		}
	}
	return nil
}

// missing tells of what the brokers have deleted, by age or size, before it was read: it
// is passed over, for nobody has it any more. It returns where to read on.
func (r *reading) missing(ctx context.Context, partition int32, next int64) int64 {
	oldest, err := r.k.client.GetOffset(r.k.inbound.Name, partition, sarama.OffsetOldest)
	if err != nil || oldest <= next {
		return next
	}
	r.k.metrics.lost.Add(float64(oldest - next))
	r.k.cfg.Log.Error("messages of the inbound topic are lost: the brokers have deleted them before the journal had read them. A longer retention of the topic, and of bus, bridges longer outages",
		"partition", partition, "from", next, "to", oldest-1)
	if err := r.h.Pass(ctx, partition, oldest); err != nil {
		r.k.cfg.Log.Debug("what was deleted is not passed over now", "partition", partition, "err", err)
	}
	return oldest
}

// Cleanup has nothing to do.
func (r *reading) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim reads a partition until it is another node's.
func (r *reading) ConsumeClaim(s sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim) error {
	ctx, cancel := context.WithCancel(s.Context())
	owned := make(chan struct{})
	go func() {
		defer close(owned)
		if of, ok := r.k.sharedOut(ctx, s.MemberID()); ok {
			r.h.Own(ctx, c.Partition(), Epoch(of, int64(s.GenerationID())))
		}
	}()
	defer func() { cancel(); <-owned }()
	if !r.places[c.Partition()] {
		return r.wait(ctx, c.Partition())
	}
	return r.follow(ctx, s, c)
}

// wait holds a partition whose place nobody knows, so that its links are polled
// all the same. Once it is known the membership ends, and the next begins there.
func (r *reading) wait(ctx context.Context, partition int32) error {
	for pause(ctx, rejoin) {
		if _, known := r.h.Place(ctx, partition); known {
			return nil
		}
	}
	return nil
}

// follow hands on what comes, as much at a time as there is. Where nothing has come
// for a while it passes over what is no message.
func (r *reading) follow(ctx context.Context, s sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim) error {
	next, quiet := max(0, c.InitialOffset()), false
	look := time.NewTicker(quietTime)
	defer look.Stop()
	defer r.k.watch.leave(c.Partition())
	for err := error(nil); ; {
		r.k.watch.follow(c, next)
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if quiet {
				next = r.pass(ctx, s, c, next)
			}
			quiet = true
		case m, ok := <-c.Messages():
			if !ok {
				return nil
			}
			if next, err = r.take(ctx, m, c); err != nil {
				return nil // ctx has ended
			}
			s.MarkOffset(c.Topic(), c.Partition(), next, "")
			quiet = false
		}
	}
}

// pass looks whether messages lie between next and the partition's end, which no
// consumer can tell: markers of transactions and what was taken back also have
// offsets. It returns where the partition is to be read on.
func (r *reading) pass(ctx context.Context, s sarama.ConsumerGroupSession, c sarama.ConsumerGroupClaim, next int64) int64 {
	if next >= c.HighWaterMarkOffset() || len(c.Messages()) > 0 {
		return next
	}
	first, err := r.k.first(ctx, c.Partition(), next)
	if err == nil && first > next {
		err = r.h.Pass(ctx, c.Partition(), first)
	}
	if err != nil || first <= next {
		r.k.cfg.Log.Debug("what lies behind the last message is not passed over now", "partition", c.Partition(), "err", err)
		return next
	}
	s.MarkOffset(c.Topic(), c.Partition(), first, "")
	return first
}

// take hands on a batch, once there is a hand free, and returns the offset behind
// it.
func (r *reading) take(ctx context.Context, first *sarama.ConsumerMessage, c sarama.ConsumerGroupClaim) (int64, error) {
	select {
	case r.hands <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-r.hands }()
	batch := gather(incoming(first), c.Messages())
	return batch[len(batch)-1].Place.Offset + 1, r.h.Take(ctx, c.Partition(), batch)
}

// gather adds what is there already.
func gather(one Message, more <-chan *sarama.ConsumerMessage) []Message {
	batch := []Message{one}
	for len(batch) < batchSize {
		select {
		case m, ok := <-more:
			if !ok {
				return batch
			}
			batch = append(batch, incoming(m))
		default:
			return batch
		}
	}
	return batch
}
