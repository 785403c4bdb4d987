package sqlite

import (
	"fmt"

	"github.com/appealhub/appealhub/hub/journal"
)

// resolve takes a parked thing off the list, on an operator's word.
func (t *tx) resolve(e *journal.Entry, b body) (journal.Result, error) {
	r := e.Resolve
	ev := &journal.Event{Kind: r.As, At: e.At, Link: r.Link, Actor: e.Actor}
	s := t.c.prepare("SELECT ref_id, source_id, token, reason FROM parked WHERE id = ? AND link = ?").int(r.Parked).text(r.Link)
	known, err := s.one()
	if known {
		ev.RefID, ev.SourceID, ev.Token, ev.Reason = s.colText(0), s.colText(1), s.colText(2), journal.Reason(s.colText(3))
	}
	s.done()
	switch {
	case err != nil:
		return journal.Result{}, err
	case !known:
		return journal.Result{}, journal.ErrNotFound
	case !r.Allows(ev.Reason):
		return journal.Result{}, fmt.Errorf("%w: parked for %s, it does not leave the list so", journal.ErrState, ev.Reason)
	}
	if err := t.insertLink(ev, b); err != nil {
		return journal.Result{}, err
	}
	if ev.Reason == journal.ReasonUnknownRef {
		t.waits--
	}
	return journal.Result{Outcome: journal.Appended, Event: ev.ID, Reason: ev.Reason}, t.c.prepare("DELETE FROM parked WHERE id = ?").int(r.Parked).run()
}
