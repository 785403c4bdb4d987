package bus

import (
	"context"
	"fmt"

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
