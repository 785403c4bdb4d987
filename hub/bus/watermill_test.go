package bus

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/google/uuid"

	"github.com/IBM/sarama"
)

// TestWatermill is watermill's own exam of publishers and subscribers, on a real
// Kafka: the one that KAFKA_BROKERS names.
func TestWatermill(t *testing.T) {
	brokers := os.Getenv("KAFKA_BROKERS")
	if brokers == "" {
		t.Skip("KAFKA_BROKERS names no brokers: make test-services runs this")
	}
	cfg := Config{Brokers: strings.Split(brokers, ","), Partitions: 8, Replication: 1}
	cfg.setDefaults()
	pair := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		p, err := NewPublisher(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSubscriber(cfg, group)
		if err != nil {
			t.Fatal(err)
		}
		made := &making{cfg: cfg, made: map[string]bool{}}
		return &publisher{Publisher: p, making: made}, &subscriber{Subscriber: s, making: made}
	}
	tests.TestPubSub(t, tests.Features{ConsumerGroups: true, GuaranteedOrder: false, Persistent: true},
		func(t *testing.T) (message.Publisher, message.Subscriber) { return pair(t, "one-"+uuid.NewString()) },
		pair)
}

// making makes the exam's topics, which the brokers don't.
type making struct {
	mu   sync.Mutex
	cfg  Config
	made map[string]bool
}

func (m *making) topic(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made[name] {
		return nil
	}
	k, err := m.cfg.kafka()
	if err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(m.cfg.Brokers, k)
	if err != nil {
		return err
	}
	defer admin.Close()
	err = m.cfg.create(admin, name, false)
	if err == nil {
		m.made[name] = true
	}
	return err
}

type publisher struct {
	message.Publisher
	*making
}

// Publish gives messages keys, as all of the hub's have.
func (p *publisher) Publish(topic string, all ...*message.Message) error {
	if err := p.topic(topic); err != nil {
		return fmt.Errorf("topic: %w", err)
	}
	return p.Publisher.Publish(topic, all...)
}

type subscriber struct {
	message.Subscriber
	*making
}

// SubscribeInitialize makes the topic beforehand.
func (s *subscriber) SubscribeInitialize(topic string) error { return s.topic(topic) }
