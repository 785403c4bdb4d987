package postgres

import (
	"fmt"
	"slices"

	"github.com/appealhub/appealhub/hub/journal"
)

// resolve takes a parked thing off the list, on an operator's word.
func (t *tx) resolve(e *journal.Entry, b body) (journal.Result, error) {
	r := e.Resolve
	ev := &journal.Event{Kind: r.As, At: e.At, Link: r.Link, Actor: e.Actor}
	err := t.c.QueryRow(t.ctx, "SELECT ref_id, source_id, token, reason FROM parked WHERE id = $1 AND link = $2 FOR UPDATE", r.Parked, r.Link).
		Scan(&ev.RefID, &ev.SourceID, &ev.Token, &ev.Reason)
	switch {
	case err != nil:
		return journal.Result{}, found(err)
	case slices.Contains(t.out.attached, r.Parked):
		return journal.Result{}, journal.ErrNotFound
	case !r.Allows(ev.Reason):
		return journal.Result{}, fmt.Errorf("%w: parked for %s, it does not leave the list so", journal.ErrState, ev.Reason)
	}
	if err := t.insertLink(ev, b); err != nil {
		return journal.Result{}, err
	}
	t.out.attached = append(t.out.attached, r.Parked)
	return journal.Result{Outcome: journal.Appended, Event: ev.ID, Reason: ev.Reason}, nil
}
