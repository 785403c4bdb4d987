package link_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/link"
)

// TestShare: a node makes no more calls at once than its share. What is more under
// way ends by itself, and the share is reached then.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, made := make(chan struct{}), 0
		var mu sync.Mutex
		l := open(t, link.Config{Concurrency: 4}, &caller{fail: func() error {
			mu.Lock()
			made++
			mu.Unlock()
			<-release
			return errors.New("no")
		}})
		var group sync.WaitGroup
		call := func(n int) {
			for range n {
				group.Go(func() { _ = l.Check(context.Background()) })
			}
			synctest.Wait()
		}
		call(3)
		if l.SetShare(2) {
			t.Error("a share of two is reached with three calls under way")
		}
		if err := busy(l); !errors.Is(err, link.ErrBusy) {
			t.Errorf("a fourth call: %v", err)
		}
		close(release)
		group.Wait()
		for share, want := range map[int]int{2: 2, 1: 1, 0: 0, -1: 0, 4: 4, 9: 4} {
			if reached := l.SetShare(share); !reached || l.Share() != want {
				t.Errorf("a share of %d: reached %v, %d", share, reached, l.Share())
			}
		}
		l.SetShare(2)
		release, made = make(chan struct{}), 0
		call(3)
		if made != 2 {
			t.Errorf("%d calls at once with a share of two", made)
		}
		l.SetShare(3)
		synctest.Wait()
		if made != 3 {
			t.Errorf("%d calls at once with a share of three", made)
		}
		close(release)
		group.Wait()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if l.SetShare(1) {
			t.Error("what is closed is shared out")
		}
	})
}

// busy makes a call that has a second.
func busy(l *link.Link) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return l.Check(ctx)
}

// TestShareOfRate: all nodes together keep to the link's rate.
func TestShareOfRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, link.Config{Concurrency: 4, Rate: 10}, &caller{fail: func() error { return errors.New("no") }})
		for share, want := range map[int]time.Duration{4: 4 * time.Second, 2: 8 * time.Second, 1: 16 * time.Second} {
			l.SetShare(share)
			for range 20 {
				_ = l.Check(t.Context()) // what had gathered is used up
			}
			begun := time.Now()
			for range 40 {
				_ = l.Check(t.Context())
			}
			if took := time.Since(begun).Round(100 * time.Millisecond); took != want {
				t.Errorf("40 calls with a share of %d took %v, want %v", share, took, want)
			}
		}
	})
}
