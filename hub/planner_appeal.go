package hub

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/status"
	"github.com/appealhub/appealhub/sdk"
)

// appeal plans for a new appeal, for a revision and for a parked appeal that is
// tried again. Files are fetched even while the appeal is parked: its source is
// acknowledged only once they are stored.
func (d *draft) appeal(a *sdk.Appeal) {
	first := !d.before.Known()
	if first {
		d.view.Status, d.view.StatusAt = sdk.StatusReceived, journal.Cut(d.in.At)
	}
	if d.in.Kind != journal.AppealRouted {
		d.fetch(a.Attachments)
	}
	toTake := a.Attachments
	if len(d.view.Targets) == 0 {
		d.route(a)
	} else {
		toTake = d.unknown(a.Attachments)
	}
	d.rework(a, first)
	d.appealTerms(a, first)
	for _, target := range d.view.Targets {
		d.deliver(target, toTake)
	}
}

// route finds the appeal's organisation and targets, or parks it.
func (d *draft) route(a *sdk.Appeal) {
	source := d.source()
	if source == "" {
		source = d.in.Link
	}
	key, ok := d.orgs.resolve(a, d.orgs.byLink[source])
	if !ok {
		d.park(journal.ReasonNoOrganisation)
		return
	}
	d.view.Organisation = key
	to, ok, err := d.routes.Match(source, key, a)
	if err != nil && d.report != nil {
		d.report(err)
	}
	if !ok {
		d.park(journal.ReasonNoRoute)
		return
	}
	d.view.Parked = journal.ReasonNone
	d.view.Targets, d.view.Lead = append([]string(nil), to.Targets...), to.Lead
}

func (d *draft) park(why journal.Reason) { d.view.Parked, d.reason = why, why }

// rework takes up the applicant's request for repeated consideration. A request
// that comes where nothing was answered yet changes no status: the work is
// still under way.
func (d *draft) rework(a *sdk.Appeal, first bool) {
	if a.Rework.Round <= d.view.Rework && !d.reopened(a) {
		return
	}
	d.view.Rework = max(d.view.Rework, a.Rework.Round)
	if !first && d.view.Status != sdk.StatusRework && status.Legal(d.view.Status, sdk.StatusRework) {
		at := a.Rework.At
		if at.IsZero() {
			at = d.view.StatusAt.Add(time.Microsecond) // what was answered before is older, and nothing else
		}
		d.move(sdk.StatusRework, "", status.Since(d.view.Status, d.view.StatusAt, sdk.StatusChange{At: at}))
	}
}

// reopened reports whether the source serves an appeal that was answered again
// with other content, and neither a mark of the answer nor a request explains
// it: how the platform sends repeated consideration is not known, so this is
// taken for one.
func (d *draft) reopened(a *sdk.Appeal) bool {
	return d.in.Kind == journal.AppealRevised && d.view.Status.Final() && a.Rework.IsZero() && a.Rating.IsZero()
}

// deliver plans the appeal's and the files' way to a target.
func (d *draft) deliver(target string, files []sdk.Attachment) {
	if d.links[target].AppealSink {
		d.send(target, journal.VerbAppeal, files)
	}
}

// send plans a step and that of the files that go with it, before or after it
// as the link wants them.
func (d *draft) send(to string, verb journal.Verb, files []sdk.Attachment) {
	can, step := d.links[to], journal.Step{Link: to, Verb: verb}
	if !can.AttachmentsFirst {
		d.add(step)
	}
	if can.AttachmentSink {
		d.attach(to, files)
	}
	if can.AttachmentsFirst {
		d.add(step)
	}
}

// done follows a delivery that a link took.
func (d *draft) done(done *journal.Delivery) {
	d.told(done)
	if done.Verb != journal.VerbAppeal {
		return
	}
	if done.Link == d.view.Lead && d.view.Status == sdk.StatusReceived {
		d.move(sdk.StatusDelivered, "", d.in.At)
	}
	if d.in.Token != "" && d.links[done.Link].Confirmer {
		d.steps = append(d.steps, journal.Step{Link: done.Link, Verb: journal.VerbConfirm})
	}
}
