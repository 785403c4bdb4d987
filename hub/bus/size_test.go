package bus

import (
	"errors"
	"strings"
	"testing"

	"github.com/IBM/sarama"
)

// TestFits: what fits is taken by the broker, to the last byte; what the producer
// refuses does not fit. A key and headers count as a value does.
func TestFits(t *testing.T) {
	_, cfg := cluster(t)
	cfg.MaxMessage = 10 << 10
	k := opened(t, cfg)
	for name, grown := range map[string]func(n int) Message{
		"value": func(n int) Message { return Message{Key: "pos/1", Value: make([]byte, n)} },
		"key":   func(n int) Message { return Message{Key: strings.Repeat("k", n)} },
		"header": func(n int) Message {
			return Message{Key: "pos/1", Headers: []Header{{HeaderID, strings.Repeat("h", n)}}}
		},
	} {
		m := grown(0)
		most := cfg.MaxMessage - m.size()
		if m = grown(most); !k.Fits(&m) {
			t.Errorf("%s: %d bytes do not fit", name, most)
		}
		if counted := produced("", &m).ByteSize(2); counted+batchRoom != m.size() {
			t.Errorf("%s: the producer counts %d, and %d are expected of it", name, counted, m.size()-batchRoom)
		}
		if _, err := k.Publish(t.Context(), cfg.Inbound(), m); err != nil {
			t.Errorf("%s: what fits: %v", name, err)
		}
		if m = grown(most + 1); k.Fits(&m) {
			t.Errorf("%s: %d bytes fit", name, most+1)
		}
		m = grown(most + batchRoom + 1)
		if _, err := k.Publish(t.Context(), cfg.Inbound(), m); !errors.Is(err, ErrTooLarge) || !errors.As(err, new(sarama.ConfigurationError)) {
			t.Errorf("%s: what the producer refuses: %v", name, err)
		}
	}
}
