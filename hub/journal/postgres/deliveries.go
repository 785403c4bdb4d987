package postgres

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// delivery is a row of deliveries.
type delivery struct {
	journal.Delivery
	cause  *journal.Event // that planned it, where it is of this transaction
	firm   bool
	sealed []byte // last_error
	lease  string
	until  time.Time // end of the lease
	fresh  bool
	dirty  bool
}

const deliveryColumns = `d.id, d.appeal, d.link, d.verb, d.attachment, d.event, d.state, d.attempts, d.due, d.firm, d.created, d.settled, d.receipt_id, d.last_kind, d.last_error, d.lease, d.leased_until`

// readDelivery reads the row that r stands on, which is deliveryColumns. The
// error's text is sealed still.
func readDelivery(r pgx.Row) (*delivery, error) {
	d := &delivery{}
	var due, created, until int64
	var settled *int64
	err := r.Scan(&d.ID, &d.Appeal, &d.Link, &d.Verb, &d.Attachment, &d.Event, &d.State, &d.Attempts, &due, &d.firm, &created, &settled,
		&d.ReceiptID, &d.LastKind, &d.sealed, &d.lease, &until)
	d.Due, d.CreatedAt, d.until = timeOf(due), timeOf(created), timeOf(until)
	if settled != nil {
		d.SettledAt = timeOf(*settled)
	}
	return d, err
}

// whole is the delivery as callers see it. Its last error is empty where it can't
// be read.
func (j *Journal) whole(d *delivery) (journal.Delivery, error) {
	text, _, err := j.unseal(d.Appeal, d.sealed)
	if broken(err) {
		return d.Delivery, err
	}
	d.LastError = string(text)
	return d.Delivery, nil
}

// out reports whether a worker has the delivery at the time given.
func (d *delivery) out(at time.Time) bool { return d.lease != "" && d.until.After(at) }

// back ends the lease.
func (d *delivery) back() { d.lease, d.until, d.dirty = "", time.Time{}, true }

// plan makes deliveries of the steps. The first open one of the appeal and link
// is ready, those behind it are queued; one that waits for a file is held.
func (t *tx) plan(a *appeal, e *journal.Event, steps []journal.Step) {
	for _, step := range steps {
		d := &delivery{Delivery: journal.Delivery{
			Appeal: a.ID, Link: step.Link, Verb: step.Verb, Attachment: step.Attachment,
			State: journal.DeliveryReady, Due: t.now, CreatedAt: t.now,
		}, cause: e, fresh: true}
		f := a.files[step.Attachment]
		switch {
		case step.Held && f != nil && f.State == journal.FileMissing:
			d.State, d.SettledAt = journal.DeliveryGivenUp, e.At
		case step.Held && (f == nil || f.State == journal.FilePending):
			d.State = journal.DeliveryHeld
		case a.first(step.Link) != nil:
			d.State = journal.DeliveryQueued
		}
		if d.SettledAt.IsZero() {
			a.open = append(a.open, d)
		}
		t.out.planned = append(t.out.planned, d)
	}
}

// first is the first open delivery of the appeal on the link; nil without one.
func (a *appeal) first(link string) *delivery {
	for _, d := range a.open {
		if d.Link == link {
			return d
		}
	}
	return nil
}

// settled takes a delivery out of those that are open.
func (a *appeal) settled(d *delivery, state journal.DeliveryState, at time.Time) {
	d.State, d.SettledAt, d.dirty = state, journal.Cut(at), true
	a.open = slices.DeleteFunc(a.open, func(o *delivery) bool { return o == d })
}

// advance lets the first open delivery of the appeal on the link go, if it was
// queued behind one that is settled now.
func (t *tx) advance(a *appeal, link string) {
	d := a.first(link)
	if d == nil || d.State != journal.DeliveryQueued {
		return
	}
	d.State, d.Due, d.dirty = journal.DeliveryReady, t.now, true
	t.due(link)
}

// release lets the deliveries go that were held for a file, or gives them up
// where it is missing.
func (t *tx) release(a *appeal, attachment string, state journal.FileState, at time.Time) {
	for _, d := range slices.Clone(a.open) {
		if d.State != journal.DeliveryHeld || d.Attachment != attachment {
			continue
		}
		if state == journal.FileMissing {
			a.settled(d, journal.DeliveryGivenUp, at)
		} else {
			d.State, d.dirty = journal.DeliveryQueued, true
		}
		t.advance(a, d.Link)
	}
}
