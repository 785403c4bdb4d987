package simkit

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Timetable holds what scripted people will do, each thing due at a time of the
// clock. Things due are done one after the other, older first, by whoever comes
// first: Run, as time passes, or AdvanceTo.
type Timetable struct {
	clock *Clock
	doing sync.Mutex // held while one action runs
	mu    sync.Mutex
	queue actions
	count int
	added chan struct{}
}

type action struct {
	at time.Time
	n  int
	do func(at time.Time)
}

// NewTimetable returns an empty timetable on clock.
func NewTimetable(clock *Clock) *Timetable {
	return &Timetable{clock: clock, added: make(chan struct{}, 1)}
}

// At has do called once at t or later; do gets t, and may call At itself, but
// not AdvanceTo.
func (t *Timetable) At(at time.Time, do func(at time.Time)) {
	t.mu.Lock()
	t.count++
	heap.Push(&t.queue, action{at: at, n: t.count, do: do})
	t.mu.Unlock()
	select {
	case t.added <- struct{}{}:
	default:
	}
}

// Len returns how many things are still to be done.
func (t *Timetable) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queue)
}

// AdvanceTo moves the clock forward to the given time, stopping on the way at
// everything that falls due, so that each thing is done at its own time. It
// returns when all of it is done.
func (t *Timetable) AdvanceTo(to time.Time) {
	for t.doNext(to) {
	}
	t.clock.jump(to)
}

// Run does what falls due until ctx ends, and returns nil then.
func (t *Timetable) Run(ctx context.Context) error {
	for {
		for t.doNext(t.clock.Now()) {
		}
		if !t.sleep(ctx) {
			return nil
		}
	}
}

// sleep waits for the next thing to fall due, a jump of the clock or a new
// thing; false when ctx has ended.
func (t *Timetable) sleep(ctx context.Context) bool {
	due, waiting := t.next()
	wait, passes, jumped := t.clock.wait(due)
	var timeout <-chan time.Time
	if waiting && passes {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-timeout:
	case <-jumped:
	case <-t.added:
	}
	return true
}

func (t *Timetable) next() (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		return time.Time{}, false
	}
	return t.queue[0].at, true
}

// doNext does the oldest thing due by limit; false where there is none.
func (t *Timetable) doNext(limit time.Time) bool {
	t.doing.Lock()
	defer t.doing.Unlock()
	t.mu.Lock()
	if len(t.queue) == 0 || t.queue[0].at.After(limit) {
		t.mu.Unlock()
		return false
	}
	next := heap.Pop(&t.queue).(action)
	t.mu.Unlock()
	t.clock.jump(next.at)
	next.do(next.at)
	return true
}

// actions is a heap by time, then by order of arrival.
type actions []action

// Len is heap.Interface's.
func (a actions) Len() int { return len(a) }

// Swap is heap.Interface's.
func (a actions) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is heap.Interface's.
func (a *actions) Push(x any) { *a = append(*a, x.(action)) }

// Less is heap.Interface's.
func (a actions) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].n < a[j].n
}

// Pop is heap.Interface's.
func (a *actions) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = action{}
	*a = old[:len(old)-1]
	return last
}
