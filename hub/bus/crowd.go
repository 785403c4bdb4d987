package bus

import (
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
)

// A request costs the brokers and this node about the same whether it carries one
// message or twenty. Messages that many callers send, one each, go together: what
// comes within the linger, or as soon as there are enough.
const (
	linger = 5 * time.Millisecond
	enough = 16
)

// crowd tells whether such messages come close together.
type crowd struct{ last atomic.Int64 } // when the last one came, in Unix nanoseconds

// joined counts a message in. It reports whether another came within the linger
// before it.
func (c *crowd) joined(linger time.Duration) bool {
	now := time.Now().UnixNano()
	return now-c.last.Swap(now) <= int64(linger)
}

// producer is the one that a message goes by. Those that keep an order go by one
// only: brokers then refuse what is still under way of a message that it has given
// up.
func (k *Kafka) producer(s *senders, m *Message) *kafka.Publisher {
	if m.Unordered && k.crowd.joined(k.cfg.Linger) {
		return s.gathering
	}
	return s.publisher
}
