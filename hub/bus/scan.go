package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// Scan reads an inbound partition from an offset (negative: its beginning) to
// its end as it is now.
func (k *Kafka) Scan(ctx context.Context, partition int32, from int64, visit func(*Message)) error {
	topic := k.cfg.Inbound()
	end, err := k.client.GetOffset(topic, partition, sarama.OffsetNewest)
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	oldest, err := k.client.GetOffset(topic, partition, sarama.OffsetOldest)
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	if from = max(from, oldest); from >= end {
		return nil
	}
	consumer, err := sarama.NewConsumerFromClient(k.client)
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	defer consumer.Close()
	return scan(ctx, consumer, topic, partition, from, end, visit)
}

func scan(ctx context.Context, consumer sarama.Consumer, topic string, partition int32, from, end int64, visit func(*Message)) error {
	p, err := consumer.ConsumePartition(topic, partition, from)
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	defer p.Close()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-p.Errors():
			return fmt.Errorf("bus: %w", err)
		case in := <-p.Messages():
			m := incoming(in)
			visit(&m)
			if in.Offset >= end-1 {
				return nil
			}
		}
	}
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
