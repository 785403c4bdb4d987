package dispatch

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// gate holds submissions up while the hands are full. What is accepted faster than it is
// delivered has to be read from the journal and decoded once more, which makes delivery
// slower still: half as much again of the processor's time for each appeal.
type gate struct {
	mu      sync.Mutex
	under   int          // submissions let in that have not ended
	waiting list.List    // of chan struct{}, who came first in front
	crowd   atomic.Int32 // how many wait
}

const (
	patience = 100 * time.Millisecond // for so long a submission is held up at most
	recovery = time.Second            // hands that are behind for longer won't be helped by waiting
	few      = 16                     // submissions at once that are let in whatever the hands hold
)

// Enter lets a submission of a new appeal in: at once as a rule; where the hands of a link
// are full and a place in them comes soon, after those that came before it, or after
// a tenth of a second. Nobody is held up for a link that is down, paused or slow, of
// which all calls are other nodes', or for a backlog. Leave must follow once the
// submission has ended.
func (d *Dispatch) Enter(ctx context.Context) {
	g := &d.gate
	g.mu.Lock()
	if g.waiting.Len() == 0 && d.admits(g.under) {
		g.under++
		g.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	place := g.waiting.PushBack(turn)
	g.crowd.Add(1)
	g.mu.Unlock()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-turn:
		return
	case <-limit.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-turn:
	default:
		g.begin(place)
	}
}

// Leave ends what Enter let in.
func (d *Dispatch) Leave() {
	d.gate.mu.Lock()
	defer d.gate.mu.Unlock()
	d.gate.under--
	d.letIn()
}

// roomier says that a place in an outlet's hands is free.
func (d *Dispatch) roomier() {
	if d.gate.crowd.Load() == 0 {
		return
	}
	d.gate.mu.Lock()
	defer d.gate.mu.Unlock()
	d.letIn()
}

// letIn lets as many in as there is room for.
func (d *Dispatch) letIn() {
	for first := d.gate.waiting.Front(); first != nil && d.admits(d.gate.under); first = d.gate.waiting.Front() {
		close(d.gate.begin(first))
	}
}

// begin counts one that waited among those under way.
func (g *gate) begin(place *list.Element) chan struct{} {
	g.under++
	g.crowd.Add(-1)
	return g.waiting.Remove(place).(chan struct{})
}

// admits reports whether a submission may begin beside those under way.
func (d *Dispatch) admits(under int) bool {
	if under < few {
		return true
	}
	for _, o := range d.outlets {
		if o.crowded(under) {
			return false
		}
	}
	return true
}

// crowded reports whether the hands have no room for what the submissions under way may
// lead to, but will have soon.
func (o *outlet) crowded(under int) bool {
	ahead := o.ahead()
	slow := ahead < aheadMax && o.pace.Load() > 0 // a place won't come soon
	if slow || o.link.Share() == 0 || !o.mayCall() {
		return false
	}
	if !o.unclaimed() {
		return o.taken()+under >= ahead
	}
	now := o.now().UnixNano()
	o.late.CompareAndSwap(0, now)
	return time.Duration(now-o.late.Load()) <= recovery
}
