package hub

import (
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// termAnswer is the id of the term in which an appeal is answered.
const termAnswer = "answer"

// appealTerm sets the date by which an answer is due. The portal's own term is
// authoritative: what it gives with a revision replaces what stood, an extension
// by the EDMS too. Without one the date is computed when the appeal comes, when
// its organisation is found, and anew for repeated consideration.
func (d *draft) appealTerm(a *sdk.Appeal, first bool) {
	asked := d.view.Rework > d.before.View.Rework || d.before.View.Status != sdk.StatusRework
	reworked := asked && d.view.Status == sdk.StatusRework
	found := d.view.Organisation != d.before.View.Organisation
	if a.AnswerBy.IsZero() && !first && !reworked && !found {
		return
	}
	taken := d.in.At
	if found && !first && !reworked {
		taken = d.view.ReceivedAt
	}
	d.view.Due, _ = deadline.AnswerBy(a, taken, d.orgs.zone(d.view.Organisation))
}

// changeTerm moves an open term by a change. The EDMS extends (59-ФЗ art. 12
// p. 2) and never shortens: an earlier date of its own is an internal control
// date. The source's date is the portal's own term. Repeated consideration
// without a date starts a new term; the promised date of an interim answer
// moves nothing.
func (d *draft) changeTerm(c *sdk.StatusChange, at time.Time) {
	fromSource := d.in.Link == d.source()
	switch {
	case d.view.Status.Final():
	case !c.AnswerBy.IsZero() && (fromSource || d.view.Due.Before(c.AnswerBy)):
		d.view.Due = c.AnswerBy
	case c.Status == sdk.StatusRework && d.before.View.Status != sdk.StatusRework && c.AnswerBy.IsZero():
		d.view.Due = deadline.After(at, d.orgs.zone(d.view.Organisation))
	}
}

// deadlines returns the term of the answer if the event changed it: it is open
// until the status is final.
func (d *draft) deadlines() []journal.Deadline {
	before, now := d.before.View, d.view
	same := before.Due == now.Due && before.Status.Final() == now.Status.Final() && before.Organisation == now.Organisation
	if now.Due.IsZero() || same && d.before.Known() {
		return nil
	}
	return []journal.Deadline{{
		Appeal:       now.ID,
		Organisation: now.Organisation,
		Term:         termAnswer,
		Due:          now.Due,
		Open:         !now.Status.Final(),
	}}
}
