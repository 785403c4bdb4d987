package journaltest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// concurrent has many append and deliver at once: none is lost, none is given
// out twice.
func concurrent(t *testing.T, store Store) {
	const senders, each, workers = 8, 25, 4
	w := newWorld(t, store(t))
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	var sending, working sync.WaitGroup
	for s := range senders {
		sending.Go(func() { send(ctx, w, s, each) })
	}
	var mu sync.Mutex
	taken := map[string]int{}
	left := senders * each
	for range workers {
		working.Go(func() {
			for ctx.Err() == nil {
				out, err := w.j.Claim(ctx, journal.Claim{Link: "rx", Limit: 5, Lease: time.Minute, Now: w.now})
				if err != nil {
					t.Errorf("claim: %v", err)
					return
				}
				deliver(ctx, w, out)
				mu.Lock()
				for _, c := range out {
					taken[c.View.Source.ID]++
				}
				left -= len(out)
				all := left <= 0
				mu.Unlock()
				if all {
					return
				}
			}
		})
	}
	sending.Wait()
	working.Wait()
	if len(taken) != senders*each {
		t.Errorf("%d of %d were delivered", len(taken), senders*each)
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was delivered %d times", id, n)
		}
	}
	w.verify()
}

func send(ctx context.Context, w *world, sender, n int) {
	for i := range n {
		a := message(fmt.Sprintf("%d-%d", sender, i), "rx")
		_, err := w.j.Append(ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Link: "pos", Appeal: a}}})
		if err != nil {
			w.Errorf("append: %v", err)
		}
		if i%5 == 0 {
			if _, err := w.j.Stats(ctx); err != nil {
				w.Errorf("stats: %v", err)
			}
		}
	}
}

func deliver(ctx context.Context, w *world, out []journal.Claimed) {
	for _, c := range out {
		errs, err := w.j.Settle(ctx, at(w, receipt(c, "doc-"+c.View.Source.ID)))
		if err != nil || errs[0] != nil {
			w.Errorf("settle: %v, %v", errs, err)
		}
	}
}
