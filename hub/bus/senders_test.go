package bus

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// takes has the inbound topic take messages of so many bytes from now on.
func takes(t *testing.T, cfg Config, most int) {
	t.Helper()
	admin := administrator(t, cfg)
	value := strconv.Itoa(most)
	if err := admin.AlterConfig(sarama.TopicResource, cfg.Inbound(), map[string]*string{"max.message.bytes": &value}, false); err != nil {
		t.Fatal(err)
	}
}

// TestLimitLowered: a topic that takes less than when the hub connected refuses what is
// larger, and nothing else: small messages are not sent in batches as large as before.
// Once it takes more again, so does the hub, without a restart.
func TestLimitLowered(t *testing.T) {
	_, cfg := cluster(t)
	cfg.MaxMessage, cfg.Partitions = 64<<10, 1
	k := opened(t, cfg)
	large := letter("pos/large", 0)
	large.Value = make([]byte, 32<<10)
	publish(t, k, large)
	takes(t, cfg, 8<<10)
	many := make([]Message, 300)
	for i := range many {
		many[i] = letter(fmt.Sprint("pos/", i), 0)
		many[i].Value = make([]byte, 1<<10)
	}
	publish(t, k, many...)
	if _, err := k.Publish(t.Context(), cfg.Inbound(), large); !errors.Is(err, ErrTooLarge) || k.Fits(&large) || !k.Fits(&many[0]) {
		t.Errorf("a large one: %v", err)
	}
	takes(t, cfg, 64<<10)
	if k.Fits(&large) {
		t.Error("the brokers were not asked, and it fits")
	}
	for end := time.Now().Add(20 * time.Second); !k.Fits(&large); pause(t.Context(), 10*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not fit again")
		}
		k.senders.Load().asked.Store(0)
	}
	publish(t, k, large)
}

// TestLimitUntold: brokers that refuse a message as too large and don't tell what they
// take are unavailable: it may be another one that is too large.
func TestLimitUntold(t *testing.T) {
	c, cfg := cluster(t)
	cfg.MaxMessage = 64 << 10
	k := opened(t, cfg)
	takes(t, cfg, 8<<10)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	large := letter("pos/large", 0)
	large.Value = make([]byte, 32<<10)
	if _, err := k.Publish(t.Context(), cfg.Inbound(), large); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}
