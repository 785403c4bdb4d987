package sqlite

import (
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// laid is a delivery for which the dispatcher's hands hold a place.
type laid struct {
	appeal   *appeal
	delivery journal.Delivery
	claim    journal.Claim
}

// lay has the dispatcher hold a place for a delivery that e causes. It is for new
// appeals with nothing beside their content: all that the call needs is known here.
func (t *tx) lay(a *appeal, e *journal.Event, d journal.Delivery) bool {
	if t.options.Hands == nil || e.Kind != journal.AppealReceived || d.Verb != journal.VerbAppeal || a.files > 0 {
		return false
	}
	claim, ok := t.options.Hands.Hold(d.Link)
	if ok {
		t.laid = append(t.laid, laid{a, d, claim})
	}
	return ok
}

// handOver leases what is committed to the hands that hold a place for it. An appeal
// to which more has happened since is there to be claimed.
func (t *tx) handOver() {
	for _, l := range t.laid {
		a, d := l.appeal, l.delivery
		if a.Events > 1 || a.fresh == nil {
			t.options.Hands.Take(d.Link, 1, nil)
			t.due(d.Link)
			continue
		}
		out := t.leases.give(d, l.claim.Now.Add(l.claim.LeaseOf(d.Verb)))
		t.leases.out[d.ID] = out
		t.options.Hands.Take(d.Link, 1, []journal.Claimed{{
			Delivery: d, Lease: out.token, Until: out.until, View: a.View, To: a.in(d.Link), Payload: a.handed(),
		}})
	}
	t.endLaid()
}

// endLaid keeps the room for the next transaction.
func (t *tx) endLaid() {
	if len(t.laid) > 0 {
		clear(t.laid)
		t.room.laid = t.laid[:0]
	}
}

// handed is the content for one delivery. The only one may have what is kept.
func (a *appeal) handed() *sdk.Appeal {
	if a.deliveries > 1 {
		return journal.Complete(a.fresh, &a.View, a.Revision, nil, nil)
	}
	content := a.fresh
	a.fresh = nil
	journal.Identify(content, &a.View, a.Revision)
	return content
}

// letGo frees the places of what was rolled back.
func (t *tx) letGo() {
	for _, l := range t.laid {
		t.options.Hands.Take(l.delivery.Link, 1, nil)
	}
	t.endLaid()
}
