package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/IBM/sarama"
)

// send publishes a message. Where the inbound partition's gate is shut it says so at
// once, or makes the trial.
func (k *Kafka) send(ctx context.Context, topic string, m *Message, at *Place) error {
	if ctx.Err() != nil {
		return errors.Join(ErrUnavailable, context.Cause(ctx))
	}
	if topic != k.inbound.Name {
		return k.deliver(ctx, topic, m, at)
	}
	if k.gates.shut.Load() > 0 {
		switch trial, err := k.gates.pass(ctx, k.partition(m)); {
		case err != nil:
			return err
		case trial:
			return k.try(ctx, topic, m, at)
		}
	}
	err := k.deliver(ctx, topic, m, at)
	if err != nil || k.gates.shut.Load() > 0 {
		k.gates.told(k.partition(m), err)
	}
	return err
}

// late shuts the gate behind a message that has waited longer than Patience: brokers
// that are silent cost no more callers that time.
func (k *Kafka) late(m *Message) {
	k.gates.told(k.partition(m), fmt.Errorf("%w: %w", ErrUnavailable, errSilent))
}

// try sends a message to a partition that did not take the last one, if the brokers
// say that it is well. Its sender is answered soon: the message may then be under
// way all the same. One that can't be sent a second time is waited for.
func (k *Kafka) try(ctx context.Context, topic string, m *Message, at *Place) error {
	partition := k.partition(m)
	soon, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	if err := k.ask(soon, partition); err != nil {
		k.gates.ended(partition, err)
		return err
	}
	sent, done := *m, make(chan error, 1)
	var place Place
	k.publishing.Go(func() {
		err := k.deliver(context.WithoutCancel(ctx), topic, &sent, &place)
		k.gates.ended(partition, err)
		done <- err
	})
	if m.Once {
		soon = ctx
	}
	select {
	case err := <-done:
		*at = place
		return err
	case <-soon.Done():
		return errors.Join(ErrUnavailable, context.Cause(soon))
	}
}

// ask asks the brokers whether an inbound partition would take a message, and its
// leader whether it answers. One question about a partition is under way at a time.
func (k *Kafka) ask(ctx context.Context, partition int32) error {
	answer := k.asking.DoChan(strconv.Itoa(int(partition)), func() (any, error) {
		if err := k.client.RefreshMetadata(k.inbound.Name); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if err := k.inSync(partition); err != nil {
			return nil, err
		}
		if _, err := k.client.GetOffset(k.inbound.Name, partition, sarama.OffsetNewest); err != nil {
			return nil, fmt.Errorf("%w: partition %d: %w", ErrUnavailable, partition, err)
		}
		return nil, nil
	})
	select {
	case a := <-answer:
		return a.Err
	case <-ctx.Done():
		return fmt.Errorf("%w: partition %d: no answer within %v", ErrUnavailable, partition, trialTime.Round(time.Second))
	}
}

// inSync reports where a partition has too few replicas, as the brokers last told.
func (k *Kafka) inSync(partition int32) error {
	isr, err := k.client.InSyncReplicas(k.inbound.Name, partition)
	if err != nil {
		return fmt.Errorf("%w: partition %d: %w", ErrUnavailable, partition, err)
	}
	if len(isr) < int(k.cfg.MinISR) {
		return fmt.Errorf("%w: partition %d has %d in-sync replicas, a message needs %d", ErrUnavailable, partition, len(isr), k.cfg.MinISR)
	}
	return nil
}
