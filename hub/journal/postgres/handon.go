package postgres

import (
	"errors"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// handful is what a transaction lays in this node's hands for one link.
type handful struct {
	held    int // places
	claimed []journal.Claimed
}

// handOn leases to this node what its hands are free for of the deliveries that are
// due at once, and has the others be claimed. All new deliveries have their ids.
func (t *tx) handOn() {
	kept := map[*journal.Event]*content{}
	if t.options.Hands != nil {
		for i := range t.fresh {
			kept[t.fresh[i].event] = &t.fresh[i]
		}
	}
	for _, d := range t.out.planned {
		if d.State == journal.DeliveryReady && !t.hand(t.appeals[d.Appeal], d, kept[d.cause]) {
			t.due(d.Link)
		}
	}
}

// hand lays d in this node's hands. It is for new appeals with nothing beside their
// content c: all that the call needs is known here.
func (t *tx) hand(a *appeal, d *delivery, c *content) bool {
	if c == nil || d.Verb != journal.VerbAppeal || a.Events > 1 || a.nfiles > 0 {
		return false
	}
	claim, ok := t.options.Hands.Hold(d.Link)
	if !ok {
		return false
	}
	h := t.hands[d.Link]
	if h == nil {
		h = &handful{}
		t.hands[d.Link] = h
	}
	d.Event, d.lease, d.until = d.cause.Seq, t.lease, t.now.Add(claim.Lease)
	h.held++
	h.claimed = append(h.claimed, journal.Claimed{
		Delivery: d.Delivery, Lease: d.lease, Until: journal.Cut(claim.Now.Add(claim.Lease - time.Since(t.start))), // no later than by the database's clock
		View: a.View, To: a.in(d.Link), Payload: journal.Complete(c.appeal, &a.View, a.Revision, nil, nil),
	})
	return true
}

// handOver ends it. What is committed is in hand. What was not is nobody's, and its
// place is free again. What may be, for the server's answer was lost, is in hand with
// a lease that is over: it is given back at once, should it be there.
func (t *tx) handOver(err error) {
	undone := errors.Is(err, errRace) || errors.Is(err, journal.ErrRefused) || errors.Is(err, journal.ErrFull) || answered(err)
	for link, h := range t.hands {
		for i := range h.claimed {
			if err != nil {
				h.claimed[i].Until = time.Time{}
			}
		}
		if undone {
			h.claimed = nil
		}
		t.options.Hands.Take(link, h.held, h.claimed)
	}
	clear(t.hands)
}

// newLease is a name that no other lease has.
func (j *Journal) newLease() string {
	return j.epoch + "." + strconv.FormatInt(j.claims.Add(1), 36)
}
