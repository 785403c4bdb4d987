package hub

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/status"
	"github.com/appealhub/appealhub/sdk"
)

// change plans for what an external system says happened. The lead says how
// the work goes; the source speaks for the applicant; the others are on record
// only.
func (d *draft) change(c *sdk.StatusChange) {
	d.fetch(c.Attachments)
	var tell []string
	switch d.in.Link {
	case d.view.Lead:
		tell = []string{d.source()}
	case d.source():
		if !applicants(c) {
			d.reason = journal.ReasonNotLead
			return
		}
		tell = d.view.Targets
	default:
		d.reason = journal.ReasonNotLead
		return
	}
	if !d.apply(c) {
		return
	}
	for _, to := range tell {
		d.tell(to, c.Attachments)
	}
}

func (d *draft) source() string { return d.view.Source.Link }

// applicants reports whether a change from the source is the applicant's to
// make: a rating and other news without a status, a request for repeated
// consideration, a withdrawal. Any other status there is the echo of what the
// hub told it. What is unmapped goes on to be parked.
func applicants(c *sdk.StatusChange) bool {
	return c.Status == "" || c.Status == sdk.StatusRework || c.Status == sdk.StatusClosed
}

// apply brings the view up to date; false where the change is not to be told
// on, with the reason.
func (d *draft) apply(c *sdk.StatusChange) bool {
	switch status.Decide(d.view.Status, d.view.StatusAt, *c) {
	case status.Unmapped:
		d.reason = journal.ReasonUnmapped
	case status.Stale:
		d.reason = journal.ReasonStale
	case status.Illegal:
		d.reason = journal.ReasonIllegalMove
	case status.NoStatus:
		d.changeTerms(c)
		return true
	case status.Applied:
		if c.Status == sdk.StatusRework && d.view.Status != sdk.StatusRework {
			d.view.Rework++ // a revision that tells of the same round must not open the appeal again
		}
		d.move(c.Status, c.Outcome, status.Since(d.view.Status, d.view.StatusAt, *c))
		d.changeTerms(c)
		return true
	}
	return false
}

// move sets the status. An outcome stays with its answer: while the answer
// stands, and when the appeal is closed with it.
func (d *draft) move(to sdk.Status, outcome sdk.Outcome, at time.Time) {
	kept := to == d.view.Status || to == sdk.StatusClosed
	if outcome != "" || !kept {
		d.view.Outcome = outcome
	}
	d.view.Status, d.view.StatusAt = to, journal.Cut(at)
}

// tell plans a change's way to a link, with the files it brought.
func (d *draft) tell(to string, files []sdk.Attachment) {
	if d.links[to].StatusSink {
		d.send(to, journal.VerbStatus, files)
	}
}
