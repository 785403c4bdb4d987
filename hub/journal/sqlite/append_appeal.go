package sqlite

import (
	"cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appeal records a new appeal, or another version of a known one. What was seen
// before is a duplicate, be it older than the present one: a source that serves
// an old copy again must not undo a revision.
func (t *tx) appeal(e *journal.Entry, b body) (journal.Result, error) {
	ref, id := e.Appeal.Ref, cmp.Or(e.ID, t.options.NewID())
	fresh, err := t.enter(ref, id)
	if err != nil {
		return journal.Result{}, err
	}
	if fresh {
		return t.received(id, e, b)
	}
	if id, _, err = byRef(t.c, ref.Link, ref.ID); err != nil {
		return journal.Result{}, err
	}
	a, err := t.find(id)
	if err != nil {
		return journal.Result{}, err
	}
	seen, err := t.seen(a, e.Appeal.Version)
	if err != nil {
		return journal.Result{}, err
	}
	switch {
	case seen:
		return t.duplicate(a, e.Link)
	case e.Since > 0 && a.body > e.Since:
		return journal.Result{}, journal.ErrOutdated
	case e.Once:
		return t.clashed(a, e)
	}
	return t.revised(a, e, b)
}

// seen reports whether the appeal has or had the version.
func (t *tx) seen(a *appeal, version string) (bool, error) {
	if a.Version == version || a.Revision == 1 {
		return a.Version == version, nil
	}
	s := t.c.prepare("SELECT 1 FROM events WHERE stream = ? AND kind IN ('appeal.received', 'appeal.revised') AND source_id = ? LIMIT 1").
		text(a.ID, version)
	defer s.done()
	return s.one()
}

func (t *tx) duplicate(a *appeal, link string) (journal.Result, error) {
	r := journal.Result{Outcome: journal.Duplicate, Appeal: a.ID, Revision: a.Revision}
	var err error
	if a.files > 0 {
		r.OpenFiles, err = openFetches(t.c, a.ID, link)
	}
	return r, err
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

func (t *tx) received(id string, e *journal.Entry, b body) (journal.Result, error) {
	a := &appeal{head: journal.FirstHash(), refs: map[string]string{}}
	a.ID, a.Source, a.ReceivedAt = id, e.Appeal.Ref, journal.Cut(e.At)
	r, err := t.take(a, e, b, journal.AppealReceived, journal.Appended)
	if err != nil {
		return r, err
	}
	return r, t.attach(a, a.Source, "", e.At)
}

func (t *tx) revised(a *appeal, e *journal.Entry, b body) (journal.Result, error) {
	return t.take(a, e, b, journal.AppealRevised, journal.Revised)
}

func (t *tx) take(a *appeal, e *journal.Entry, b body, kind journal.EventKind, outcome journal.Outcome) (journal.Result, error) {
	ev := &journal.Event{Kind: kind, At: e.At, Link: e.Link, RefID: e.Appeal.Ref.ID, SourceID: e.Appeal.Version, Actor: e.Actor}
	in := journal.Input{Kind: kind, At: e.At, Link: e.Link, Appeal: e.Appeal}
	if err := t.record(a, in, ev, b, e.Appeal.Attachments); err != nil {
		return journal.Result{}, err
	}
	t.keep(a, e.Appeal, len(b.packed))
	r := journal.Result{Outcome: outcome, Appeal: a.ID, Event: ev.ID, Revision: a.Revision, Reason: ev.Reason}
	var err error
	if a.files > 0 {
		r.OpenFiles, err = openFetches(t.c, a.ID, e.Link)
	}
	return r, err
}

// content returns the appeal that the event with the seq given holds.
func (j *Journal) content(c *conn, seq int64) (*sdk.Appeal, error) {
	e, err := j.load(c, seq)
	if err != nil {
		return nil, err
	}
	return journal.ReadAppealBody(e.Body)
}
