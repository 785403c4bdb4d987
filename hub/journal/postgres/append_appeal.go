package postgres

import (
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appeal records a new appeal, or another version of a known one. What was seen
// before is a duplicate, be it older than the present one: a source that serves
// an old copy again must not undo a revision.
func (t *tx) appeal(e *journal.Entry, b body) (journal.Result, error) {
	key := e.Appeal.Ref
	a := t.appeals[t.owner(key)]
	switch {
	case a == nil && (t.owner(key) == "" || t.made(key)):
		return t.received(e, b)
	case a == nil:
		return journal.Result{}, journal.ErrNotFound // a reference of nobody's: somebody removed the appeal
	case a.Version == e.Appeal.Version || t.seen[seen{appeal: a.ID, what: e.Appeal.Version}]:
		return journal.Result{Outcome: journal.Duplicate, Appeal: a.ID, Revision: a.Revision, OpenFiles: a.openFetches(e.Link)}, nil
	case e.Since > 0 && (a.latest != nil || a.body > e.Since):
		return journal.Result{}, journal.ErrOutdated
	case e.Once:
		return t.clashed(a, e)
	}
	return t.take(a, e, b, journal.AppealRevised, journal.Revised)
}

// clashed says that other content came under a known key, and keeps it where it
// is asked to.
func (t *tx) clashed(a *appeal, e *journal.Entry) (journal.Result, error) {
	r := journal.Result{Outcome: journal.Clashed, Appeal: a.ID, Revision: a.Revision}
	if e.Keep == nil {
		return r, nil
	}
	raw := journal.Conflicting(e)
	b, err := packed(journal.RawBody(raw, nil))
	if err != nil {
		return r, err
	}
	_, err = t.reject(e, raw, journal.ReasonConflict, b)
	return r, err
}

func (t *tx) received(e *journal.Entry, b body) (journal.Result, error) {
	key := e.Appeal.Ref
	r := t.refs[key]
	if r == nil { // offered and gone: somebody removed it
		return journal.Result{}, errRace
	}
	if r.appeal == "" {
		r.appeal, r.dirty = t.offered[key], true
	}
	a := &appeal{head: journal.FirstHash(), refs: map[string]string{}, files: map[string]*file{}}
	a.ID, a.Source, a.ReceivedAt = r.appeal, key, journal.Cut(e.At)
	t.appeals[a.ID] = a
	result, err := t.take(a, e, b, journal.AppealReceived, journal.Appended)
	if err != nil {
		return result, err
	}
	return result, t.attach(a, a.Source, sdk.Ref{}, e.At)
}

func (t *tx) take(a *appeal, e *journal.Entry, b body, kind journal.EventKind, outcome journal.Outcome) (journal.Result, error) {
	ev := &journal.Event{Kind: kind, At: e.At, Link: e.Link, RefID: e.Appeal.Ref.ID, SourceID: e.Appeal.Version, Actor: e.Actor}
	in := journal.Input{Kind: kind, At: e.At, Link: e.Link, Appeal: e.Appeal}
	if err := t.record(a, in, ev, b, e.Appeal.Attachments); err != nil {
		return journal.Result{}, err
	}
	t.see(seen{appeal: a.ID, what: e.Appeal.Version})
	t.keep(ev, e.Appeal, b)
	return journal.Result{
		Outcome: outcome, Appeal: a.ID, Event: ev.ID, Revision: a.Revision, Reason: ev.Reason, OpenFiles: a.openFetches(e.Link),
	}, nil
}
