package bus

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestCrowd: who comes within the linger after another is one of a crowd.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c crowd
		for _, step := range []struct {
			after time.Duration
			want  bool
		}{{0, false}, {time.Millisecond, true}, {5 * time.Millisecond, true}, {6 * time.Millisecond, false}, {0, true}} {
			time.Sleep(step.after)
			if got := c.joined(5 * time.Millisecond); got != step.want {
				t.Errorf("%v after the one before: %v", step.after, got)
			}
		}
	})
}

// TestPublishCrowd: a message that comes alone is sent at once, however long the
// linger; those that come close together go in one request. What keeps an order
// never lingers.
func TestPublishCrowd(t *testing.T) {
	c, cfg := cluster(t, kfake.NumBrokers(1))
	cfg.Replication, cfg.Linger = 1, time.Hour
	k := opened(t, cfg)
	var requests atomic.Int32
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		requests.Add(1)
		return nil, nil, false
	})
	publish := func(what string, want int32, all ...Message) {
		t.Helper()
		requests.Store(0)
		if _, err := k.Publish(t.Context(), cfg.Inbound(), all...); err != nil {
			t.Fatal(err)
		}
		if n := requests.Load(); n != want {
			t.Errorf("%s: %d requests, want %d", what, n, want)
		}
	}
	unordered := func(n int) (all []Message) {
		for i := range n {
			m := letter(fmt.Sprintf("api/%d", i), n)
			m.Unordered = true
			all = append(all, m)
		}
		return all
	}
	publish("one alone", 1, unordered(1)...)
	publish("a crowd", 1, unordered(enough)...)
	publish("one that keeps an order", 1, letter("pos/1", 0))
}
