package bus

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

// Errors of publishing; test with errors.Is.
var (
	ErrUnavailable = errors.New("the brokers don't take it") // nothing may be acknowledged; it may be there all the same
	ErrTooLarge    = errors.New("the message is larger than the topic takes")
)

// errSilent says that a message has waited long enough.
var errSilent = errors.New("no acknowledgement in time")

// lanes is how many keys are published at a time.
const lanes = 1024

// Publish sends messages and returns once all of them are acknowledged by all
// in-sync replicas, with the place of each. Messages of one key keep their order,
// but for those that are Unordered.
// After an error some may be there; ErrTooLarge where one of them is too large.
// It waits no longer than ctx allows, for a single message of the inbound topic little
// longer than Patience, and soon says so where it is known that the inbound partition
// takes nothing: such a message is not there, but for one that was sent to find out,
// which may be. A message that is marked Once is waited for in both cases, for minutes
// where a broker is silent.
func (k *Kafka) Publish(ctx context.Context, topic string, all ...Message) ([]Place, error) {
	if !k.enter() {
		return nil, ErrUnavailable
	}
	if len(all) == 1 {
		return k.one(ctx, topic, all[0])
	}
	places := make([]Place, len(all))
	done := make(chan error, 1)
	go func() {
		defer k.publishing.Done()
		done <- k.publish(ctx, topic, all, places)
	}()
	select {
	case err := <-done:
		return places, err
	case <-ctx.Done():
		return nil, errors.Join(ErrUnavailable, context.Cause(ctx))
	}
}

// Silence is how long a producer tries with brokers that answer, at most. Whether those
// have a message of which nothing is known by then may not show for minutes.
func (k *Kafka) Silence() time.Duration { return k.cfg.Patience + retryMost + trialTime }

// enter counts a caller in, unless the bus is closed.
func (k *Kafka) enter() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.publishing.Add(1)
	}
	return !k.closed
}

func (k *Kafka) publish(ctx context.Context, topic string, all []Message, places []Place) error {
	byLane := map[uint32][]int{}
	for i := range all {
		lane := laneOf(all[i].Key)
		byLane[lane] = append(byLane[lane], i)
	}
	errs := make(chan error, len(byLane))
	var sending sync.WaitGroup
	for _, lane := range byLane {
		sending.Go(func() {
			for _, i := range lane {
				if err := k.watched(ctx, topic, &all[i], &places[i]); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	sending.Wait()
	close(errs)
	return first(errs)
}

// first is the error to tell: that the brokers don't answer counts more than
// that one message is too large.
func first(errs <-chan error) error {
	var out error
	for err := range errs {
		if out == nil || errors.Is(err, ErrUnavailable) {
			out = err
		}
	}
	return out
}

// watched sends one of several messages.
func (k *Kafka) watched(ctx context.Context, topic string, m *Message, at *Place) error {
	if topic == k.inbound.Name {
		late := time.AfterFunc(k.cfg.Patience, func() { k.late(m) })
		defer late.Stop()
	}
	return k.send(ctx, topic, m, at)
}

func laneOf(key string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key))
	return h.Sum32() % lanes
}

// deliver hands a message to the producer and waits for its acknowledgement. One that
// the brokers refuse as too large goes once more where it fits what they take now.
func (k *Kafka) deliver(ctx context.Context, topic string, m *Message, at *Place) error {
	for {
		s, by := sending{Context: ctx, own: m}, k.senders.Load()
		err := k.producer(by, m).Publish(topic, s.outgoing())
		if err == nil {
			*at = Place{s.sent.Partition, s.sent.Offset}
			return nil
		}
		again, err := k.untaken(by, m, err)
		if again {
			continue
		}
		k.metrics.failed(topic)
		return err
	}
}

// untaken tells a message that is too large from brokers that don't answer.
func (k *Kafka) untaken(by *senders, m *Message, err error) (again bool, told error) {
	switch {
	case errors.Is(err, sarama.ErrMessageSizeTooLarge):
		return k.smaller(by, m, fmt.Errorf("%w: %w", ErrTooLarge, err))
	case errors.As(err, new(sarama.ConfigurationError)):
		k.larger(m)
		return false, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	return false, fmt.Errorf("%w: %w", ErrUnavailable, err)
}
