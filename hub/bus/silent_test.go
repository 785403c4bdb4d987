package bus

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestPublishSilent: a broker that takes messages and does not answer is told of
// after Patience, and at once from then on; neither a caller nor the node's end waits
// for the producer's last try.
func TestPublishSilent(t *testing.T) {
	t.Parallel()
	c, cfg := cluster(t)
	cfg.Patience = time.Second
	k, err := Open(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, nil, true
	})
	const soon = answerTime - time.Second // a single try takes longer
	for _, what := range []string{"the first", "one that tries", "one behind it"} {
		begun := time.Now()
		_, err := k.Publish(t.Context(), cfg.Inbound(), letter("pos/1", 0))
		if took := time.Since(begun); !errors.Is(err, ErrUnavailable) || took > soon {
			t.Errorf("%s: %v after %v", what, err, took)
		}
		if k.gates.shut.Load() == 0 {
			t.Errorf("%s: the gates are open", what)
		}
	}
	begun := time.Now()
	if err := k.Close(); err != nil || time.Since(begun) > soon {
		t.Errorf("closed after %v: %v", time.Since(begun), err)
	}
}

// TestPublishLeft: a caller that waits for less than Patience leaves a message behind
// that tells of silent brokers all the same.
func TestPublishLeft(t *testing.T) {
	t.Parallel()
	c, cfg := cluster(t)
	cfg.Patience = time.Second
	k := opened(t, cfg)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, nil, true
	})
	ctx, cancel := context.WithTimeout(t.Context(), cfg.Patience/4)
	defer cancel()
	if _, err := k.Publish(ctx, cfg.Inbound(), letter("pos/1", 0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	for end := time.Now().Add(answerTime - time.Second); k.gates.shut.Load() == 0; pause(t.Context(), 10*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the gates are open")
		}
	}
}

// TestRetries: another leader is soon looked for, and the tries fill the time.
func TestRetries(t *testing.T) {
	for _, patience := range []time.Duration{time.Second, 4 * time.Second, ackTime, time.Minute} {
		n, all := retries(patience), time.Duration(0)
		for i := range n {
			all += retryWait(i, n)
		}
		if all < patience || all >= patience+retryMost || retryWait(0, n) > time.Second/2 {
			t.Errorf("%d tries within %v: %v", n, patience, all)
		}
	}
}
