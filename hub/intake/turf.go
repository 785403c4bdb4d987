package intake

import (
	"context"
	"errors"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// errNotMine says that another node reads the feed.
var errNotMine = errors.New("another node reads this feed")

// A feed that a node has let fall is taken up by another one after turfTime.
const (
	turfTime  = 15 * time.Second
	turfRenew = turfTime / 3
)

// turf is what one node of several does. The inbound topic's partitions say who
// does it where there is one, and a lease in the journal where nodes share that
// alone. A node by itself does all.
type turf struct {
	leases journal.Leaser // nil: it is this node's
	name   string
	now    func() time.Time
	until  time.Time // of the lease, half of it, by this node's clock
	next   time.Time // of the renewal
}

func (in *Intake) turf(name string) *turf {
	t := &turf{name: name, now: in.cfg.Now}
	if in.cfg.Bus == nil {
		t.leases, _ = in.cfg.Journal.(journal.Leaser)
	}
	return t
}

// mine takes or renews the lease where it is due, and reports whether it is this
// node's for long enough to read a page.
func (t *turf) mine(ctx context.Context) bool {
	now := t.now()
	if t.leases == nil || now.Before(t.next) {
		return true
	}
	held, err := t.leases.Hold(ctx, turfTime, t.name)
	switch {
	case err != nil:
		return now.Before(t.until)
	case len(held) == 0:
		t.until, t.next = time.Time{}, time.Time{}
		return false
	}
	t.until, t.next = now.Add(turfTime/2), now.Add(turfRenew)
	return true
}

// during has f work and renews the lease meanwhile: a page may take longer than it.
// It reports whether it was this node's all the time.
func (t *turf) during(ctx context.Context, f func()) bool {
	if t.leases == nil {
		f()
		return true
	}
	ctx, cancel := context.WithCancel(ctx)
	mine := make(chan bool, 1)
	go func() { mine <- t.renew(ctx) }()
	f()
	cancel()
	return <-mine && !t.over()
}

// renew renews the lease until ctx ends, and reports whether it never was another's.
func (t *turf) renew(ctx context.Context) bool {
	mine := true
	for sleep(ctx, turfRenew) {
		mine = mine && !t.over()
		t.mine(ctx)
	}
	return mine
}

// over reports whether the lease may be another's by now.
func (t *turf) over() bool { return !t.now().Before(t.until.Add(turfTime / 2)) }

// held reports whether it was this node's when it was last asked for.
func (t *turf) held() bool { return t.leases == nil || !t.until.IsZero() }

func (t *turf) letGo(ctx context.Context) {
	if t.leases == nil || t.until.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	t.until, t.next = time.Time{}, time.Time{}
	_ = t.leases.LetGo(ctx, t.name) // else it ends by itself
}
