package intake

import (
	"context"
	"errors"
	"testing"
	"time"
)

// leases are a journal's, with a clock of their own.
type leases struct {
	now   time.Time
	owner map[string]string
	until map[string]time.Time
	down  bool
}

// as are the leases as one node sees them.
type as struct {
	*leases
	node string
}

func (a as) Hold(_ context.Context, ttl time.Duration, names ...string) (held []string, err error) {
	if a.down {
		return nil, errors.New("down")
	}
	for _, n := range names {
		if a.owner[n] == a.node || !a.until[n].After(a.now) {
			a.owner[n], a.until[n] = a.node, a.now.Add(ttl)
			held = append(held, n)
		}
	}
	return held, nil
}

func (a as) LetGo(_ context.Context, names ...string) error {
	for _, n := range names {
		if a.owner[n] == a.node {
			delete(a.until, n)
		}
	}
	return nil
}

// TestTurf: one node at a time reads a feed; it keeps it while it renews, loses it
// when it falls silent, and gives it up when it ends.
func TestTurf(t *testing.T) {
	l := &leases{now: time.Unix(1_800_000_000, 0), owner: map[string]string{}, until: map[string]time.Time{}}
	of := func(node string) *turf {
		return &turf{leases: as{l, node}, name: "poll:pos/appeals", now: func() time.Time { return l.now }}
	}
	one, two := of("one"), of("two")
	step := func(d time.Duration, wantOne, wantTwo bool, why string) {
		t.Helper()
		l.now = l.now.Add(d)
		if gotOne, gotTwo := one.mine(t.Context()), two.mine(t.Context()); gotOne != wantOne || gotTwo != wantTwo {
			t.Errorf("%s: one %v, two %v", why, gotOne, gotTwo)
		}
	}
	step(0, true, false, "the first that asks has it")
	for range 10 {
		step(4*time.Second, true, false, "it is renewed")
	}
	l.down = true
	step(turfRenew, true, false, "the journal is down for a moment")
	step(turfTime, false, false, "the journal is down for longer than half the lease")
	l.down = false
	l.now = l.now.Add(time.Minute)
	if !two.mine(t.Context()) {
		t.Error("the lease is over: it is the other's")
	}
	step(0, false, true, "the first is back")
	two.letGo(t.Context())
	step(turfRenew, true, false, "it was given up")
}
