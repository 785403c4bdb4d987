package dispatch_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// crowd is a world whose target takes so long for each call, with as many submissions
// under way as nobody counts.
func crowd(t *testing.T, takes time.Duration) *world {
	t.Helper()
	return crowdAt(t, &system{serve: func(context.Context, call) error { time.Sleep(takes); return nil }})
}

func crowdAt(t *testing.T, s *system) *world {
	t.Helper()
	w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}, config: link.Config{Concurrency: 4}})
	w.run()
	w.submit(appeals(40)...)                          // the pace becomes known
	time.Sleep(10*time.Second + 500*time.Millisecond) // and the claimer does not look again soon
	synctest.Wait()
	for range 16 {
		if took := w.enter(); took != 0 {
			t.Fatalf("a submission among few was held up for %v", took)
		}
	}
	return w
}

// enter is how long one more submission is held up.
func (w *world) enter() time.Duration {
	begun := time.Now()
	w.dispatch.Enter(w.t.Context())
	return time.Since(begun)
}

// fill takes all places of the target's hands and returns how many there are.
func (w *world) fill() (n int) {
	for {
		if _, ok := w.dispatch.Hold(target); !ok {
			return n
		}
		n++
	}
}

const patience = 100 * time.Millisecond

// TestGate: while the hands are full submissions are held up for a moment and let in
// in their order as places become free.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := crowd(t, time.Millisecond)
		if took := w.enter(); took != 0 {
			t.Errorf("held up for %v while there is room", took)
		}
		n := w.fill()
		if n < 100 {
			t.Fatalf("room for %d", n)
		}
		if took := w.enter(); took != patience {
			t.Errorf("held up for %v by full hands, want %v", took, patience)
		}
		w.dispatch.Take(target, 18, nil) // places for the eighteen under way
		synctest.Wait()
		var order []int
		var mu sync.Mutex
		for i := range 3 {
			go func() {
				w.dispatch.Enter(context.Background())
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			}()
			synctest.Wait()
		}
		for want := range 3 {
			mu.Lock()
			if len(order) != want || want > 0 && order[want-1] != want-1 {
				t.Errorf("%v were let in, want the first %d", order, want)
			}
			mu.Unlock()
			if want == 1 {
				w.dispatch.Leave() // as good as a place
			} else {
				w.dispatch.Take(target, 1, nil)
			}
			synctest.Wait()
		}
		w.dispatch.Take(target, n-20, nil)
	})
}

// TestGateOpen: nobody is held up where that would help nobody.
func TestGateOpen(t *testing.T) {
	for name, c := range map[string]struct {
		call time.Duration
		make func(*world)
	}{
		"a slow system": {call: 20 * time.Millisecond},
		"a paused link": {time.Millisecond, func(w *world) {
			err := w.journal.SetLink(w.t.Context(), target, "operator", time.Now(), func(s *journal.LinkState) { s.Paused, s.PausedBy = true, "operator" })
			if err != nil {
				w.t.Fatal(err)
			}
			w.dispatch.Reload(w.t.Context(), target)
		}},
		"hands that are behind for long": {time.Millisecond, func(w *world) {
			w.dispatch.Ready(target)
			synctest.Wait()
			if took := w.enter(); took != patience {
				w.t.Errorf("held up for %v by hands that are behind, want %v", took, patience)
			}
			time.Sleep(time.Second)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := crowd(t, c.call)
				n := w.fill()
				if c.make != nil {
					c.make(w)
				}
				if took := w.enter(); took != 0 {
					t.Errorf("held up for %v", took)
				}
				w.dispatch.Take(target, n, nil)
			})
		})
	}
}

// TestGateLeft: who is gone does not wait, and leaves nothing behind.
func TestGateLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := crowd(t, time.Millisecond)
		n := w.fill()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		begun := time.Now()
		w.dispatch.Enter(ctx)
		if took := time.Since(begun); took != 30*time.Millisecond {
			t.Errorf("gone after %v", took)
		}
		w.dispatch.Leave()
		w.dispatch.Take(target, n, nil)
		if took := w.enter(); took != 0 {
			t.Errorf("the next one is held up for %v", took)
		}
	})
}

// TestGateWorkers: what a worker takes up makes room.
func TestGateWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begin chan struct{}
		s := &system{serve: func(context.Context, call) error {
			if begin != nil {
				<-begin
			}
			time.Sleep(time.Millisecond)
			return nil
		}}
		w := crowdAt(t, s)
		begin = make(chan struct{})
		w.submit(appeals(46)[40:]...)
		time.Sleep(time.Second)
		synctest.Wait() // four are called, two are in the queue
		n := w.fill()
		w.dispatch.Take(target, 17, nil)
		if took := w.enter(); took != 0 {
			t.Errorf("held up for %v", took)
		}
		var took time.Duration
		go func() { took = w.enter() }()
		time.Sleep(10 * time.Millisecond)
		begin <- struct{}{}
		synctest.Wait()
		time.Sleep(patience)
		synctest.Wait()
		if took != 11*time.Millisecond {
			t.Errorf("held up for %v, want until a call has ended", took)
		}
		close(begin)
		w.dispatch.Take(target, n-17, nil)
	})
}

// TestGateLater: hands that have caught up are worth waiting for again.
func TestGateLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := crowd(t, time.Millisecond)
		for range 2 {
			n := w.fill()
			w.dispatch.Ready(target)
			synctest.Wait()
			if took := w.enter(); took != patience {
				t.Errorf("held up for %v by hands that are behind", took)
			}
			time.Sleep(2 * time.Second)
			w.dispatch.Take(target, n, nil)
			time.Sleep(2 * time.Second)
			synctest.Wait()
		}
	})
}

// TestGateOfOthers: nobody is held up for a link of which all calls are other nodes'.
func TestGateOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}})
		w.links[0].SetShare(0)
		w.run()
		synctest.Wait()
		for range 20 {
			if took := w.enter(); took != 0 {
				t.Fatalf("held up for %v", took)
			}
		}
	})
}

// TestGateAtFirst: of a system whose pace is not known yet as much is expected as there are
// workers.
func TestGateAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}, config: link.Config{Concurrency: 4}})
		w.run()
		synctest.Wait()
		for range 16 {
			w.enter()
		}
		n := w.fill()
		if took := w.enter(); n != 4 || took != patience {
			t.Errorf("held up for %v by %d, want %v", took, n, patience)
		}
		w.dispatch.Take(target, n, nil)
	})
}
