package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/IBM/sarama"
)

// Scan reads an inbound partition from an offset (negative: its beginning) to
// its end as it is now; where a transaction is open, to that one's beginning.
func (k *Kafka) Scan(ctx context.Context, partition int32, from int64, visit func(*Message)) error {
	_, err := k.scan(ctx, k.cfg.Inbound(), partition, from, func(m *Message) bool {
		visit(m)
		return true
	})
	return err
}

// first is the offset of the first message of an inbound partition from one on, or
// that behind its end where there is none; where a transaction is open, that one's
// beginning. What lies between is no message: markers, and what was taken back.
func (k *Kafka) first(ctx context.Context, partition int32, from int64) (int64, error) {
	found := int64(-1)
	next, err := k.scan(ctx, k.cfg.Inbound(), partition, from, func(m *Message) bool {
		found = m.Place.Offset
		return false
	})
	return max(next, found), err
}

// Letters reads the dead letters' topic, partition after partition, each from its
// oldest message on, behind a place (nil: from the beginning), until visit
// returns false. Where the hub has no right to read it the error is a *Fault, and
// ErrUnavailable where the brokers don't answer.
func (k *Kafka) Letters(ctx context.Context, after *Place, visit func(*Message) bool) error {
	partitions, err := k.client.Partitions(k.cfg.Dead())
	if err != nil {
		return k.unread(k.cfg.Dead(), err)
	}
	slices.Sort(partitions)
	from, more := int64(-1), true
	for _, p := range partitions {
		if after != nil && p < after.Partition || !more {
			continue
		}
		if from = -1; after != nil && p == after.Partition {
			from = after.Offset + 1
		}
		_, err := k.scan(ctx, k.cfg.Dead(), p, from, func(m *Message) bool {
			more = visit(m)
			return more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// scan visits the messages of a partition until its end as it is now, or until
// visit returns false. Of transactions it visits what is committed; it ends before
// the first one that is open. It returns the offset up to which it knows all.
func (k *Kafka) scan(ctx context.Context, topic string, partition int32, from int64, visit func(*Message) bool) (next int64, err error) {
	end, err := k.client.GetOffset(topic, partition, sarama.OffsetNewest)
	if err != nil {
		return from, k.unread(topic, err)
	}
	oldest, err := k.client.GetOffset(topic, partition, sarama.OffsetOldest)
	if err != nil {
		return from, k.unread(topic, err)
	}
	s := scanning{k: k, topic: topic, partition: partition, next: max(from, oldest), end: end, room: fetchRoom}
	for failures := 0; s.next < s.end; {
		more, err := s.step(ctx, visit)
		switch {
		case ctx.Err() != nil:
			return s.next, ctx.Err()
		case err != nil && (failures == fetchTries || errors.Is(err, sarama.ErrTopicAuthorizationFailed)):
			return s.next, k.unread(topic, err)
		case err != nil:
			failures++
			pause(ctx, retryWait(failures, 0))
			_ = k.client.RefreshMetadata(topic) // else the next try says so
		case !more:
			return s.next, nil
		}
	}
	return s.next, nil
}

// unread is the error of a topic that can't be read.
func (k *Kafka) unread(topic string, err error) error {
	if errors.Is(err, sarama.ErrTopicAuthorizationFailed) {
		return k.cfg.lacks(topic, need{operation: sarama.AclOperationRead, why: "read it"})
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Retention is how long a message waits in the inbound topic at most.
func (k *Kafka) Retention() time.Duration { return k.cfg.Retention }

// OffsetAt is the offset of the first message of an inbound partition that is not
// older than at; that behind the last one where all are.
func (k *Kafka) OffsetAt(ctx context.Context, partition int32, at time.Time) (int64, error) {
	offset, err := k.client.GetOffset(k.cfg.Inbound(), partition, at.UnixMilli())
	if err == nil && offset < 0 {
		offset, err = k.client.GetOffset(k.cfg.Inbound(), partition, sarama.OffsetNewest)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return offset, ctx.Err()
}
