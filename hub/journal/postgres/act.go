package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// Act carries out an operator's decision. A delivery that IDs name and that the
// decision does not fit (settled, out with a worker; for Retry also behind
// another one) is an ErrState and nothing is done; one that the filter finds is
// left as it is.
func (j *Journal) Act(ctx context.Context, a journal.Action) ([]int64, error) {
	all, err := j.named(ctx, a)
	if err != nil {
		return nil, err
	}
	var touched []int64
	o := &op{
		weight: len(all),
		need: func(n *needs) {
			for i := range all {
				n.appeals[all[i].Appeal] = true
			}
		},
		run: func(t *tx) (err error) {
			touched, err = t.decide(a, all)
			return err
		},
	}
	if err := j.do(ctx, o); err != nil {
		return nil, err
	}
	if o.err != nil {
		return nil, o.err
	}
	return touched, nil
}

// named are the deliveries that the decision is about, as they are now.
func (j *Journal) named(ctx context.Context, a journal.Action) (all []journal.Delivery, err error) {
	if len(a.IDs) == 0 {
		return j.Deliveries(ctx, a.Filter)
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.IDs))) {
		d, err := readDelivery(j.pool.QueryRow(ctx, "SELECT "+deliveryColumns+" FROM deliveries_all d WHERE d.id = $1", id))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fmt.Errorf("delivery %d: %w", id, journal.ErrNotFound)
		}
		if err != nil {
			return nil, failed(err)
		}
		all = append(all, d.Delivery)
	}
	return all, nil
}

func (t *tx) decide(a journal.Action, all []journal.Delivery) (touched []int64, err error) {
	for _, was := range all {
		if slices.Contains(touched, was.ID) {
			continue // given up with the creation of its record
		}
		d := t.deliveries[was.ID]
		if d == nil || !d.fits(a.Kind, t.now) || len(a.IDs) == 0 && d.State != was.State {
			if len(a.IDs) > 0 {
				return nil, fmt.Errorf("delivery %d: %w", was.ID, journal.ErrState)
			}
			continue
		}
		with, err := t.stranded(a, d)
		if err != nil {
			return nil, err
		}
		touched = append(touched, d.ID)
		for _, s := range with {
			touched = append(touched, s.ID)
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

// fits reports whether the decision can be carried out on the delivery.
func (d *delivery) fits(kind journal.ActionKind, now time.Time) bool {
	if d.out(now) {
		return false
	}
	switch d.State {
	case journal.DeliveryReady, journal.DeliveryDeadly:
		return true
	case journal.DeliveryQueued, journal.DeliveryHeld:
		return kind == journal.ActSkip
	}
	return false
}

// act carries the decision out on a delivery; with are those that are given up
// with it.
func (t *tx) act(a journal.Action, d *delivery, with []*delivery) error {
	record, err := t.find(d.Appeal)
	if err != nil {
		return err
	}
	kind := journal.DeliveryRequeued
	if a.Kind == journal.ActSkip {
		kind = journal.DeliverySkipped
	}
	ev, err := t.decided(a, record, d, kind, "")
	if err != nil {
		return err
	}
	for _, s := range with {
		ev, err := t.decided(a, record, s, journal.DeliverySkipped, journal.ReasonNoRecord)
		if err != nil {
			return err
		}
		record.settled(s, journal.DeliveryGivenUp, ev.At)
	}
	d.back()
	if a.Kind == journal.ActRetry {
		d.State, d.Due, d.firm, d.Attempts = journal.DeliveryReady, t.now, false, 0
		t.due(d.Link)
		return nil
	}
	t.skip(record, d, ev)
	return nil
}

// decided records a decision on a delivery.
func (t *tx) decided(a journal.Action, record *appeal, d *delivery, kind journal.EventKind, why journal.Reason) (*journal.Event, error) {
	b, err := packed(journal.NoteBody(a.Why))
	if err != nil {
		return nil, err
	}
	ev := &journal.Event{Kind: kind, At: a.At, Link: d.Link, Actor: a.Actor, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment, Reason: why}
	return ev, t.chain(record, ev, b)
}

// skip gives a delivery up. A file that nobody will fetch is missing.
func (t *tx) skip(a *appeal, d *delivery, ev *journal.Event) {
	a.settled(d, journal.DeliveryGivenUp, ev.At)
	if f := a.files[d.Attachment]; d.Verb == journal.VerbFetch && f != nil && f.State == journal.FilePending {
		f.State, f.ends, f.dirty = journal.FileMissing, ev, true
		t.release(a, d.Attachment, journal.FileMissing, ev.At)
	}
	t.advance(a, d.Link)
}
