package bus

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/appealhub/appealhub/hub/journal"
)

// feeding has a node publish what is on the board until the test's end or drain.
func (b *board) feeding(t *testing.T, cfg Config, id string) (drain func()) {
	k := opened(t, cfg)
	f := &Feed{Kafka: k, Outbox: member{b, id}, Leases: member{b, id}, Nodes: member{b, id}, Node: id, Log: slog.New(slog.DiscardHandler), lease: 1500 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// await waits until so is true, looking after each batch that is published.
func (b *board) await(what string, so func() bool) {
	b.t.Helper()
	late := time.After(30 * time.Second)
	for {
		b.mu.Lock()
		done := so()
		b.mu.Unlock()
		if done {
			return
		}
		select {
		case <-b.changed:
		case <-late:
			b.t.Fatalf("in vain: %s; published %v, left %d", what, b.by, len(b.outbox))
		}
	}
}

// TestFeedShared: nodes that come and drain while the brokers refuse now and then
// publish every event, those of a stream in their order.
func TestFeedShared(t *testing.T) {
	const streams, rounds = 48, 40
	c, cfg := cluster(t)
	b := newBoard(t)
	recorded := 0
	publish := func(what string, so func() bool) {
		t.Helper()
		b.await(what, func() bool {
			if so() {
				return true
			}
			if len(b.outbox) == 0 && recorded < 1000 {
				b.record(streams, recorded, 4)
				recorded += 4
			}
			return false
		})
	}
	b.mu.Lock()
	b.record(streams, 0, rounds)
	recorded = rounds
	b.mu.Unlock()
	drainA := b.feeding(t, cfg, "a")
	publish("one alone", func() bool { return b.by["a"] > 0 })
	drainB, drainC := b.feeding(t, cfg, "b"), b.feeding(t, cfg, "c")
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: 5})
	publish("all three", func() bool { return b.by["b"] > 0 && b.by["c"] > 0 })
	drainA()
	was := b.by["a"]
	publish("the two that are left", func() bool { return len(numbers(b.leases("b"))) == 8 && len(numbers(b.leases("c"))) == 8 })
	b.await("everything", func() bool { return len(b.outbox) == 0 })
	drainB()
	drainC()
	if b.by["a"] != was {
		t.Error("it publishes after it has drained")
	}
	judgeFeed(t, cfg, streams, recorded)
	t.Logf("published %v", b.by)
}

// judgeFeed reads the feed and holds each stream to the numbers from 0 to n: one
// that was seen may come again, and none is missing.
func judgeFeed(t *testing.T, cfg Config, streams, n int) {
	t.Helper()
	k := opened(t, cfg)
	consumer, err := sarama.NewConsumerFromClient(k.client)
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	next := map[string]int{}
	for p := range cfg.Partitions {
		end, err := k.client.GetOffset(cfg.Events(), p, sarama.OffsetNewest)
		if err != nil {
			t.Fatal(err)
		}
		reader, err := consumer.ConsumePartition(cfg.Events(), p, sarama.OffsetOldest)
		if err != nil {
			t.Fatal(err)
		}
		for at := int64(0); at < end; {
			m := <-reader.Messages()
			at = m.Offset + 1
			stream, sequence := string(m.Key), sequenceOf(m)
			if sequence > next[stream] {
				t.Fatalf("%s: %d follows %d", stream, sequence, next[stream]-1)
			}
			next[stream] = max(next[stream], sequence+1)
		}
		reader.Close()
	}
	for s := range streams {
		if key := fmt.Sprint("appeal-", s); next[key] != n {
			t.Errorf("%s: %d of %d events", key, next[key], n)
		}
	}
}

func sequenceOf(m *sarama.ConsumerMessage) int {
	for _, h := range m.Headers {
		if string(h.Key) == HeaderSequence {
			n, err := strconv.Atoi(string(h.Value))
			if err == nil {
				return n
			}
		}
	}
	return -1
}

// TestDeadLetterFits: a copy of a dead letter is never larger than the topic takes,
// whatever its value, key and headers are: the value is left out, and what is long is
// cut between characters. What fits stays whole.
func TestDeadLetterFits(t *testing.T) {
	_, cfg := cluster(t)
	cfg.MaxMessage = 64 << 10
	k := opened(t, cfg)
	f := &Feed{Kafka: k}
	letter := func(value, key, id, why int) Message {
		u := journal.Unpublished{Dead: make([]byte, value), Why: strings.Repeat("ж", why),
			Event: journal.Event{Kind: journal.ItemRejected, Stream: "link/bus", Link: "bus", Reason: journal.ReasonUnparsable, ID: "x", At: time.Now()},
			Was:   &journal.Original{Key: strings.Repeat("ж", key), Headers: []journal.Header{{Name: HeaderID, Value: strings.Repeat("x", id)}}}}
		return deadMessage(&u, "appeals.inbound.v1")
	}
	for name, c := range map[string]struct {
		m            Message
		value, whole bool
	}{
		"small":            {letter(9, 9, 9, 9), true, true},
		"nearly too large": {letter(62<<10, 9, 9, 9), true, true},
		"value":            {letter(64<<10, 9, 9, 9), false, true},
		"key and headers":  {letter(48<<10, 4096, 4000, 1000), false, true},
		"a long reason":    {letter(9, 4096, 4000, 20_001), false, false},
		"a longer one":     {letter(9, 4096, 4000, 200_001), false, false},
	} {
		got := f.fitting(c.m)
		if _, err := k.Publish(t.Context(), cfg.Dead(), got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		why := got.Get(HeaderErrorMessage)
		if (got.Value != nil) != c.value || (why == c.m.Get(HeaderErrorMessage)) != c.whole || why == "" || !utf8.ValidString(why) || got.Key != c.m.Key {
			t.Errorf("%s: %d bytes of value, %d of the reason", name, len(got.Value), len(why))
		}
	}
}
