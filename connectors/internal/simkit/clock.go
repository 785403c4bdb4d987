package simkit

import (
	"sync"
	"time"
)

// Clock is a simulator's time. It never goes back.
type Clock struct {
	mu      sync.Mutex
	frozen  bool
	at      time.Time     // while frozen
	ahead   time.Duration // of real time, otherwise
	changed chan struct{} // closed and replaced at every jump
}

// NewClock returns a clock that shows real time until it is advanced, and goes
// on from there.
func NewClock() *Clock { return &Clock{changed: make(chan struct{})} }

// NewFrozenClock returns a clock that stands still at t until it is advanced.
func NewFrozenClock(t time.Time) *Clock {
	return &Clock{frozen: true, at: t, changed: make(chan struct{})}
}

// Now returns the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.frozen {
		return c.at
	}
	return time.Now().Add(c.ahead)
}

// jump moves the clock forward to t; an earlier t changes nothing.
func (c *Clock) jump(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := t.Sub(c.now())
	if d <= 0 {
		return
	}
	if c.frozen {
		c.at = t
	} else {
		c.ahead += d
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// wait returns how long real time must pass until t (ok false: it takes a jump)
// and a channel that is closed at the next jump.
func (c *Clock) wait(t time.Time) (d time.Duration, ok bool, jumped <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d = max(0, t.Sub(c.now()))
	return d, !c.frozen || d == 0, c.changed
}
