package bus

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestGates: where a partition took no message callers are refused at once; one at
// a time makes a trial, a second after the last, and the others wait for it.
func TestGates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGates(2, slog.New(slog.DiscardHandler))
		down := fmt.Errorf("%w: test", ErrUnavailable)
		pass := func(why string, partition int32, wantTrial, wantPass bool, wantTime time.Duration) {
			t.Helper()
			begun := time.Now()
			trial, err := g.pass(t.Context(), partition)
			if trial != wantTrial || (err == nil) != wantPass || err != nil && !errors.Is(err, ErrUnavailable) || time.Since(begun) != wantTime {
				t.Errorf("%s: trial %t, %v, after %v", why, trial, err, time.Since(begun))
			}
		}
		pass("open", 0, false, true, 0)
		g.told(0, fmt.Errorf("%w: test", ErrTooLarge))
		pass("one that was too large", 0, false, true, 0)
		g.told(0, down)
		pass("shut", 0, false, false, 0)
		pass("another partition", 1, true, true, 0)
		g.ended(1, nil)
		pass("another partition is well", 1, false, true, 0)
		time.Sleep(trialEvery)
		pass("a second later", 0, true, true, 0)
		pass("beside a trial", 0, false, false, trialTime)
		g.ended(0, down)
		pass("after a trial that failed", 0, false, false, 0)
		time.Sleep(trialEvery)
		pass("one more", 0, true, true, 0)
		time.AfterFunc(trialTime/2, func() { g.ended(0, fmt.Errorf("%w: test", ErrTooLarge)) })
		pass("after a trial that says nothing", 0, true, true, trialTime/2)
		time.AfterFunc(trialTime/2, func() { g.ended(0, nil) })
		pass("beside a trial that goes well", 0, false, true, trialTime/2)
		pass("open again", 0, false, true, 0)
		if n := g.shut.Load(); n != 0 {
			t.Errorf("%d are shut", n)
		}
	})
}

// TestDenied: a right to write that was taken away speaks against readiness until a
// message is taken again, or none was denied for a while; no other fault does.
func TestDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGates(2, slog.New(slog.DiscardHandler))
		is := func(why string, want bool) {
			t.Helper()
			if err := g.denied(); (err != nil) != want {
				t.Errorf("%s: %v", why, err)
			}
		}
		is("open", false)
		g.told(0, ErrUnavailable)
		is("another fault", false)
		g.told(0, fmt.Errorf("%w: %w", ErrUnavailable, sarama.ErrTopicAuthorizationFailed))
		is("denied", true)
		time.Sleep(deniedFor)
		is("nothing was sent for a while", false)
		g.told(0, fmt.Errorf("%w: %w", ErrUnavailable, sarama.ErrTopicAuthorizationFailed))
		is("denied again", true)
		g.told(0, nil)
		is("taken", false)
	})
}

// TestPublishKnownDown: once brokers did not take a message those behind it are
// refused soon, and taken soon after the brokers take them again. What is refused
// with Once is not there; all else is there in order.
func TestPublishKnownDown(t *testing.T) {
	produce := []kmsg.Key{kmsg.Produce}
	all := []kmsg.Key{kmsg.Produce, kmsg.Metadata, kmsg.ListOffsets}
	for name, fault := range map[string]kfake.Fault{
		"no answer":            {Keys: all, Err: kerr.BrokerNotAvailable, Count: -1},
		"only writing fails":   {Keys: produce, Err: kerr.NotEnoughReplicas, Count: -1},
		"the leader is frozen": {Keys: []kmsg.Key{kmsg.Produce, kmsg.ListOffsets}, Err: kerr.RequestTimedOut, Count: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, cfg := cluster(t)
			cfg.Patience = 4 * time.Second
			k := opened(t, cfg)
			inbound := cfg.Inbound()
			send := func(m Message) (time.Duration, error) {
				begun := time.Now()
				_, err := k.Publish(t.Context(), inbound, m)
				return time.Since(begun), err
			}
			if _, err := send(letter("pos/0", 0)); err != nil {
				t.Fatal(err)
			}
			down := c.Fault(fault)
			if _, err := send(letter("pos/0", 1)); !errors.Is(err, ErrUnavailable) {
				t.Fatalf("down: %v", err)
			}
			for i := range 7 {
				m := letter(fmt.Sprint("pos/", i), 1)
				if i >= 5 {
					m = letter("once/1", i)
					m.Once = true
				}
				took, err := send(m)
				if !errors.Is(err, ErrUnavailable) || took > 3*trialTime && !m.Once {
					t.Errorf("message %d: %v after %v", i, err, took)
				}
			}
			down.Remove()
			for key := range 6 {
				for n := 1; n < 20; n++ {
					for end := time.Now().Add(20 * time.Second); ; {
						_, err := send(letter(fmt.Sprint("pos/", key), n))
						if err == nil {
							break
						}
						if time.Now().After(end) {
							t.Fatalf("it is not taken again: %v", err)
						}
						pause(t.Context(), 50*time.Millisecond)
					}
				}
			}
			judgeKnownDown(t, k, name)
		})
	}
}

// TestTrialOnce: whose message can't be sent again learns how its trial ends.
func TestTrialOnce(t *testing.T) {
	t.Parallel()
	c, cfg := cluster(t)
	cfg.Patience = 3 * time.Second
	k := opened(t, cfg)
	down := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	if _, err := k.Publish(t.Context(), cfg.Inbound(), letter("pos/1", 0)); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	pause(t.Context(), trialEvery)
	time.AfterFunc(trialTime*3/2, func() { down.Remove() })
	m, begun := letter("pos/1", 1), time.Now()
	m.Once = true
	if _, err := k.Publish(t.Context(), cfg.Inbound(), m); err != nil || time.Since(begun) < trialTime {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}

// judgeKnownDown reads what there is: of each key in order, and nothing that was
// refused for good.
func judgeKnownDown(t *testing.T, k *Kafka, name string) {
	t.Helper()
	next := map[string]int{"pos/1": 1, "pos/2": 1, "pos/3": 1, "pos/4": 1, "pos/5": 1}
	for p := range k.inbound.Partitions {
		err := k.Scan(t.Context(), p, 0, func(m *Message) {
			var n int
			if _, err := fmt.Sscanf(string(m.Value), m.Key+"-%d", &n); err != nil || n > next[m.Key] || m.Key == "once/1" {
				t.Errorf("%s: %s follows %d", name, m.Value, next[m.Key]-1)
			}
			next[m.Key] = max(next[m.Key], n+1)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for key, n := range next {
		if n != 20 {
			t.Errorf("%s: %d of 20", key, n)
		}
	}
}

// TestGatesResized: a partition that was added has an open gate, and shuts with the
// others; one that is no more shuts none, and none waits for it.
func TestGatesResized(t *testing.T) {
	g := newGates(2, slog.New(slog.DiscardHandler))
	shut := func(want int32, why string) {
		t.Helper()
		if n := g.shut.Load(); n != want {
			t.Errorf("%s: %d are shut, want %d", why, n, want)
		}
	}
	g.told(0, ErrUnavailable)
	shut(2, "two partitions")
	g.resize(4)
	if _, trial, err := g.look(3); trial || err != nil {
		t.Errorf("a new one: %v, %v", trial, err)
	}
	g.told(3, ErrUnavailable)
	shut(4, "four")
	g.resize(1)
	shut(1, "one")
	g.told(3, ErrUnavailable)
	shut(1, "what was sent to one that is no more")
	g.told(0, nil)
	shut(0, "it takes messages")
}
