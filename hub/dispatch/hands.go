package dispatch

import (
	"sync"

	"github.com/appealhub/appealhub/hub/journal"
)

// hands keep count of what is on its way into an outlet's queue, claimed or laid
// there by the journal, so that there is room for all of it.
type hands struct {
	mu   sync.Mutex
	held int  // places of the queue
	over bool // nothing more is held; the queue is closed once nothing is
}

var _ journal.Hands = (*Dispatch)(nil)

// Hold is journal.Hands'. Deliveries that were due before are claimed first.
func (d *Dispatch) Hold(link string) (journal.Claim, bool) {
	o, ok := d.outlets[link]
	if !ok || o.unclaimed() || !o.mayCall() || o.hold(o.ahead(), 1, 1) == 0 {
		return journal.Claim{}, false
	}
	return o.claimOf(1, o.now()), true
}

// Take is journal.Hands'.
func (d *Dispatch) Take(link string, held int, claimed []journal.Claimed) {
	d.outlets[link].put(held, claimed)
}

// hold holds at most most of the places that are free while the queue is to have
// ahead deliveries, and returns how many; none if there are fewer than least.
func (o *outlet) hold(ahead, least, most int) int {
	o.hands.mu.Lock()
	defer o.hands.mu.Unlock()
	room := min(most, ahead-len(o.queue)-o.hands.held)
	if o.hands.over || room < least {
		return 0
	}
	o.hands.held += room
	return room
}

// unclaimed reports whether there may be due deliveries that are not claimed.
func (o *outlet) unclaimed() bool { return o.behind.Load() || o.more.Load() }

// taken is how many deliveries are on their way to the workers.
func (o *outlet) taken() int {
	o.hands.mu.Lock()
	defer o.hands.mu.Unlock()
	return len(o.queue) + o.hands.held
}

// put fills places that were held with what there is for them.
func (o *outlet) put(held int, claimed []journal.Claimed) {
	defer o.dispatch.roomier() // unlocked: the gate looks at the hands
	o.hands.mu.Lock()
	defer o.hands.mu.Unlock()
	for i := range claimed {
		o.queue <- &claimed[i] // has room
	}
	o.hands.held -= held
	o.closeQueue()
	if len(claimed) < held && o.more.Load() {
		o.kick() // there is room again
	}
}

// endHands holds nothing more.
func (o *outlet) endHands() {
	o.hands.mu.Lock()
	defer o.hands.mu.Unlock()
	o.hands.over = true
	o.closeQueue()
}

// closeQueue closes the queue once nothing more can come.
func (o *outlet) closeQueue() {
	if o.hands.over && o.hands.held == 0 {
		close(o.queue)
	}
}
