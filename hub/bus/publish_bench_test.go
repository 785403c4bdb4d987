package bus

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/ThreeDotsLabs/watermill/message"
)

// instant is a producer that has a message acknowledged by another goroutine, as
// sarama's is, and sends nothing.
type instant struct {
	sarama.SyncProducer
	in     chan asked
	offset atomic.Int64
}

type asked struct {
	m    *sarama.ProducerMessage
	done chan error
}

func newInstant(b *testing.B) *instant {
	p := &instant{in: make(chan asked, 256)}
	b.Cleanup(func() { close(p.in) })
	go func() {
		for a := range p.in {
			a.m.Offset = p.offset.Add(1)
			a.done <- nil
		}
	}()
	return p
}

func (p *instant) SendMessage(m *sarama.ProducerMessage) (int32, int64, error) {
	a := asked{m, make(chan error, 1)}
	p.in <- a
	return 0, 0, <-a.done
}

func (p *instant) Close() error { return nil }

// WrapConsumer and the other two are kafka.SaramaTracer's: the way in for another
// producer.
func (p *instant) WrapConsumer(c sarama.Consumer) sarama.Consumer { return c }

func (p *instant) WrapPartitionConsumer(c sarama.PartitionConsumer) sarama.PartitionConsumer {
	return c
}

func (p *instant) WrapConsumerGroupHandler(h sarama.ConsumerGroupHandler) sarama.ConsumerGroupHandler {
	return h
}

func (p *instant) WrapSyncProducer(_ *sarama.Config, was sarama.SyncProducer) sarama.SyncProducer {
	_ = was.Close()
	return p
}

// BenchmarkPublish is what the bus does for a message beside watermill and the
// producer, 256 in flight; bare is watermill alone, which makes up the same message.
func BenchmarkPublish(b *testing.B) {
	_, cfg := cluster(b)
	k := opened(b, cfg)
	settings, err := k.cfg.kafka()
	if err != nil {
		b.Fatal(err)
	}
	k.cfg.producing(settings)
	p, err := kafka.NewPublisher(kafka.PublisherConfig{Brokers: cfg.Brokers, Marshaler: marshaler{}, OverwriteSaramaConfig: settings, Tracer: newInstant(b)}, logger(k.cfg.Log))
	if err != nil {
		b.Fatal(err)
	}
	was := k.senders.Load()
	k.senders.Store(&senders{publisher: p, gathering: p, most: was.most})
	b.Cleanup(func() { k.senders.Store(was) })
	value := make([]byte, 3<<10)
	made := func(n int64) Message {
		id := strconv.FormatInt(n, 10)
		return Message{Key: "api/" + id, Unordered: true, Value: value, Headers: CloudEvent(id, "urn:bench", TypeAppeal, time.Now(), "application/json", Header{HeaderLink, "api"})}
	}
	each := func(name string, f func(m Message) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(128)
			var n atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := f(made(n.Add(1))); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	each("bus", func(m Message) error {
		_, err := k.Publish(b.Context(), cfg.Inbound(), m)
		return err
	})
	each("once", func(m Message) error {
		m.Once = true
		_, err := k.Publish(b.Context(), cfg.Inbound(), m)
		return err
	})
	each("bare", func(m Message) error {
		out := message.NewMessage(m.Get(HeaderID), m.Value)
		for _, h := range m.Headers {
			if h.Name != HeaderID {
				out.Metadata[h.Name] = h.Value
			}
		}
		out.Metadata[keyName] = m.Key
		return p.Publish(cfg.Inbound(), out)
	})
}
