package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"github.com/appealhub/appealhub/hub/internal/seldom"
)

// Kafka is the hub's work with one cluster. Its methods may be called from many
// goroutines.
type Kafka struct {
	cfg     Config
	client  sarama.Client // for reading and asking
	senders atomic.Pointer[senders]
	crowd   crowd
	inbound Topic                 // as it was when the hub connected
	since   atomic.Pointer[Topic] // what it is now, where it is otherwise; else nil
	metrics metrics
	said    seldom.Lines
	renews  time.Duration // between two looks whether the inbound topic is another one by now
	watch   *watch
	gates   *gates // of the inbound topic
	asking  singleflight.Group
	renewal sync.Mutex // of the senders: one after the other

	mu         sync.Mutex
	closed     bool
	former     []*senders     // that others have taken the place of
	publishing sync.WaitGroup // who is to end before the publisher is closed
}

// Open connects to the cluster, makes the topics that are missing and refuses
// those that could lose messages. Metrics are registered with to, if it is not
// nil.
func Open(ctx context.Context, cfg Config, to prometheus.Registerer) (*Kafka, error) {
	cfg.setDefaults()
	if err := EnsureTopics(ctx, cfg); err != nil {
		return nil, err
	}
	k := &Kafka{cfg: cfg, renews: renewEvery}
	if err := k.connect(ctx); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	k.watch = newWatch(k)
	k.metrics = newMetrics(to, cfg.Log, k.watch)
	for _, topic := range []string{cfg.Inbound(), cfg.Events(), cfg.Dead()} {
		k.metrics.failures.WithLabelValues(topic) // a count of none, so that the first error is an increase
	}
	return k, nil
}

func (k *Kafka) connect(ctx context.Context) error {
	reading, err := k.cfg.kafka()
	if err != nil {
		return err
	}
	k.cfg.reading(reading)
	if k.client, err = sarama.NewClient(k.cfg.Brokers, reading); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	if k.inbound, err = TopicOf(ctx, k.client, k.cfg.Inbound()); err != nil {
		return err
	}
	k.gates = newGates(k.inbound.Partitions, k.cfg.Log)
	first, err := k.open(k.cfg.MaxMessage)
	k.senders.Store(first)
	return err
}

// NewPublisher is watermill's publisher under the hub's settings.
func NewPublisher(cfg Config) (*kafka.Publisher, error) {
	return newPublisher(cfg, func(*sarama.Config) {})
}

func newPublisher(cfg Config, more func(*sarama.Config)) (*kafka.Publisher, error) {
	cfg.setDefaults()
	k, err := cfg.kafka()
	if err != nil {
		return nil, err
	}
	cfg.producing(k)
	more(k)
	p, err := kafka.NewPublisher(kafka.PublisherConfig{Brokers: cfg.Brokers, Marshaler: marshaler{}, OverwriteSaramaConfig: k}, logger(cfg.Log))
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	return p, nil
}

// NewSubscriber is watermill's subscriber under the hub's settings: for readers
// of the feed, one message of a partition at a time.
func NewSubscriber(cfg Config, group string) (*kafka.Subscriber, error) {
	cfg.setDefaults()
	k, err := cfg.kafka()
	if err != nil {
		return nil, err
	}
	cfg.reading(k)
	s, err := kafka.NewSubscriber(kafka.SubscriberConfig{Brokers: cfg.Brokers, Unmarshaler: marshaler{}, OverwriteSaramaConfig: k, ConsumerGroup: group}, logger(cfg.Log))
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	return s, nil
}

// logger passes on what watermill warns of; message for message it would tell
// ids and keys.
func logger(log *slog.Logger) watermill.LoggerAdapter {
	return quiet{watermill.NewSlogLoggerWithLevelMapping(log, map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug})}
}

// quiet has no lines about single messages: nobody need make them up.
type quiet struct{ watermill.LoggerAdapter }

// Trace drops the line.
func (quiet) Trace(string, watermill.LogFields) {}

// With keeps q so.
func (q quiet) With(fields watermill.LogFields) watermill.LoggerAdapter {
	return quiet{q.LoggerAdapter.With(fields)}
}

// Inbound is the inbound topic as this node knows it: it may be another one, or have more
// partitions, than when the hub connected; see Read.
func (k *Kafka) Inbound() Topic {
	if t := k.since.Load(); t != nil {
		return *t
	}
	return k.inbound
}

// Topics returns the names of the topics.
func (k *Kafka) Topics() (inbound, events, dead string) {
	return k.cfg.Inbound(), k.cfg.Events(), k.cfg.Dead()
}

// PartitionOf is the inbound partition of a key, by their number now.
func (k *Kafka) PartitionOf(key string) int32 { return PartitionIn(key, k.Inbound().Partitions) }

// Ready reports why the inbound topic would not take a message now: a partition
// has no leader, or fewer in-sync replicas than a message needs, or it has denied one
// lately.
func (k *Kafka) Ready(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- k.ready() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.Join(ErrUnavailable, context.Cause(ctx))
	}
}

func (k *Kafka) ready() error {
	topic := k.cfg.Inbound()
	if err := k.client.RefreshMetadata(topic); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	for p := range k.Inbound().Partitions {
		if err := k.inSync(p); err != nil {
			return err
		}
	}
	return k.gates.denied()
}

// Close ends the connections, once what is being published has ended: it waits for
// Patience at most. What brokers that are silent have not acknowledged by then was
// acknowledged to nobody. No Read is under way by then.
func (k *Kafka) Close() error {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- k.end() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(k.cfg.Patience):
		k.cfg.Log.Warn("the brokers are silent: what was being published is left to them")
		return nil
	}
}

func (k *Kafka) end() error {
	k.publishing.Wait()
	var errs []error
	for _, s := range append(k.former, k.senders.Load()) {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	if k.client != nil && !k.client.Closed() {
		errs = append(errs, k.client.Close())
	}
	return errors.Join(errs...)
}
