package bus

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestPublish: messages of a key lie in its partition, in order, each once, and
// the caller learns where.
func TestPublish(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	all := batch(20, 25)
	places, err := k.Publish(t.Context(), cfg.Inbound(), all...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Place]bool{}
	for i, at := range places {
		if at.Partition != k.PartitionOf(all[i].Key) || seen[at] {
			t.Fatalf("%s lies at %v, its partition is %d", all[i].Value, at, k.PartitionOf(all[i].Key))
		}
		seen[at] = true
	}
	s := newStore()
	read(t, k, s)
	s.wait(t, "all", func() bool { return s.count() == len(all) })
	s.judge(t, 20, 25)
}

// TestPartitionOf holds the partitions to murmur2 as Java's clients have it:
// org.apache.kafka.common.utils.Utils.murmur2, its vectors from Kafka's UtilsTest.
func TestPartitionOf(t *testing.T) {
	k := &Kafka{inbound: Topic{Partitions: 1 << 30}}
	for key, hash := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		if got, want := k.PartitionOf(key), (hash&0x7fffffff)%(1<<30); got != want {
			t.Errorf("%s: partition %d, want %d", key, got, want)
		}
	}
}

// TestPublishFaults: whatever the brokers do, a message that is acknowledged is
// there once, and order is kept.
func TestPublishFaults(t *testing.T) {
	produce := []kmsg.Key{kmsg.Produce}
	for name, hurt := range map[string]func(c *kfake.Cluster){
		"too few replicas": func(c *kfake.Cluster) { c.Fault(kfake.Fault{Keys: produce, Err: kerr.NotEnoughReplicas, Count: 3}) },
		"too few replicas after the write": func(c *kfake.Cluster) {
			c.Fault(kfake.Fault{Keys: produce, Err: kerr.NotEnoughReplicasAfterAppend, Count: 3})
		},
		"time out after the write": func(c *kfake.Cluster) { c.Fault(kfake.Fault{Keys: produce, Err: kerr.RequestTimedOut, Count: 3}) },
		"leader moved":             func(c *kfake.Cluster) { c.Fault(kfake.Fault{Keys: produce, Err: kerr.NotLeaderForPartition, Count: 3}) },
		"connection dropped before the write": func(c *kfake.Cluster) {
			for range 3 {
				c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
			}
		},
		"leaders shuffled": func(c *kfake.Cluster) { c.ShufflePartitionLeaders() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, cfg := cluster(t)
			k := opened(t, cfg)
			if _, err := k.Publish(t.Context(), cfg.Inbound(), batch(10, 1)...); err != nil {
				t.Fatal(err)
			}
			hurt(c)
			all := batch(10, 11)[10:]
			if _, err := k.Publish(t.Context(), cfg.Inbound(), all...); err != nil {
				t.Fatal(err)
			}
			s := newStore()
			read(t, k, s)
			s.wait(t, "all", func() bool { return s.count() >= 110 })
			s.judge(t, 10, 11)
		})
	}
}

// TestPublishDown: brokers that don't answer are told within the caller's time.
func TestPublishDown(t *testing.T) {
	c, cfg := cluster(t)
	k := opened(t, cfg)
	down := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	defer down.Remove()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := k.Publish(ctx, cfg.Inbound(), letter("pos/1", 0)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// TestPublishTooLarge: one message that is too large is told, and costs no other.
func TestPublishTooLarge(t *testing.T) {
	_, cfg := cluster(t)
	cfg.MaxMessage = 10 << 10
	k := opened(t, cfg)
	large := letter("pos/large", 0)
	large.Value = []byte(strings.Repeat("x", 11<<10))
	if _, err := k.Publish(t.Context(), cfg.Inbound(), large); !errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if _, err := k.Publish(t.Context(), cfg.Inbound(), letter("pos/1", 0)); err != nil {
		t.Error(err)
	}
}
