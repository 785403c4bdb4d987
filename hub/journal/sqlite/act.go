package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/appealhub/appealhub/hub/journal"
)

// Act carries out an operator's decision. A delivery that IDs name and that the
// decision does not fit (settled, out with a worker; for Retry also behind
// another one) is an ErrState and nothing is done; one that the filter finds is
// left as it is.
func (j *Journal) Act(ctx context.Context, a journal.Action) ([]int64, error) {
	var touched []int64
	err := j.do(ctx, false, func(t *tx) error {
		all, err := t.named(a)
		if err != nil {
			return err
		}
		touched, err = t.decide(a, all)
		return err
	})
	if err != nil {
		return nil, err
	}
	return touched, nil
}

func (t *tx) decide(a journal.Action, all []journal.Delivery) (touched []int64, err error) {
	for i := range all {
		d := &all[i]
		if slices.Contains(touched, d.ID) {
			continue // given up with the creation of its record
		}
		if !t.fits(a, d) {
			if len(a.IDs) > 0 {
				return nil, fmt.Errorf("delivery %d: %w", d.ID, journal.ErrState)
			}
			continue
		}
		with, err := t.stranded(a, d)
		if err != nil {
			return nil, err
		}
		touched = append(touched, d.ID)
		for i := range with {
			touched = append(touched, with[i].ID)
		}
		if a.DryRun {
			continue
		}
		if err := t.act(a, d, with); err != nil {
			return nil, err
		}
	}
	return touched, nil
}

func (t *tx) named(a journal.Action) ([]journal.Delivery, error) {
	if len(a.IDs) == 0 {
		return t.deliveries(t.c, a.Filter)
	}
	var all []journal.Delivery
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.IDs))) {
		d, err := t.findDelivery(t.c, id)
		if err != nil {
			return nil, fmt.Errorf("delivery %d: %w", id, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// fits reports whether the decision can be carried out on the delivery.
func (t *tx) fits(a journal.Action, d *journal.Delivery) bool {
	if t.leases.held(d.ID, a.At) {
		return false
	}
	switch d.State {
	case journal.DeliveryReady, journal.DeliveryDeadly:
		return true
	case journal.DeliveryQueued, journal.DeliveryHeld:
		return a.Kind == journal.ActSkip
	}
	return false
}

// act carries the decision out on a delivery; with are those that are given up
// with it.
func (t *tx) act(a journal.Action, d *journal.Delivery, with []journal.Delivery) error {
	kind := journal.DeliveryRequeued
	if a.Kind == journal.ActSkip {
		kind = journal.DeliverySkipped
	}
	ev, err := t.decided(a, d, kind, "")
	if err != nil {
		return err
	}
	for i := range with {
		if err := t.strand(a, &with[i]); err != nil {
			return err
		}
	}
	t.ended(d.ID)
	if a.Kind == journal.ActRetry {
		t.due(d.Link)
		return t.c.prepare("UPDATE deliveries SET state = 'ready', due = ?, firm = 0, attempts = 0 WHERE id = ?").int(ev.At.UnixMicro(), d.ID).run()
	}
	return t.skip(d, ev)
}

// decided records a decision on a delivery.
func (t *tx) decided(a journal.Action, d *journal.Delivery, kind journal.EventKind, why journal.Reason) (*journal.Event, error) {
	record, err := t.find(d.Appeal)
	if err != nil {
		return nil, err
	}
	b, err := packed(journal.NoteBody(a.Why))
	if err != nil {
		return nil, err
	}
	ev := &journal.Event{Kind: kind, At: a.At, Link: d.Link, Actor: a.Actor, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment, Reason: why}
	if err := t.chain(record, ev, b); err != nil {
		return nil, err
	}
	return ev, t.store(record)
}

// skip gives a delivery up. A file that nobody will fetch is missing.
func (t *tx) skip(d *journal.Delivery, ev *journal.Event) error {
	err := t.c.prepare("UPDATE deliveries SET state = 'skipped', settled = ? WHERE id = ?").int(ev.At.UnixMicro(), d.ID).run()
	if err != nil {
		return err
	}
	if d.Verb == journal.VerbFetch {
		err := t.c.prepare("UPDATE files SET state = 'missing', stored = ? WHERE appeal = ? AND id = ? AND state = 'pending'").
			int(ev.Seq).text(d.Appeal, d.Attachment).run()
		if err != nil {
			return err
		}
		if t.c.changed() > 0 {
			if err := t.release(d.Appeal, d.Attachment, journal.FileMissing, ev.At); err != nil {
				return err
			}
		}
	}
	return t.advance(d.Appeal, d.Link, ev.At)
}
