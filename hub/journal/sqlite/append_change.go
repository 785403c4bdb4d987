package sqlite

import (
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// change is a status change on its way to its appeal.
type change struct {
	link    string
	actor   string
	at      time.Time
	content *sdk.StatusChange
	body    body
}

func (c *change) event(kind journal.EventKind) *journal.Event {
	return &journal.Event{
		Kind: kind, At: c.at, Link: c.link, RefID: c.content.Ref.ID, SourceID: c.content.ID, Actor: c.actor,
		Status: c.content.Status, Outcome: c.content.Outcome, External: c.content.External.Code, Token: c.content.Token,
	}
}

// change records a status change, or parks it until its appeal is known.
func (t *tx) change(e *journal.Entry, b body) (journal.Result, error) {
	c := &change{link: e.Link, actor: e.Actor, at: e.At, content: e.Change, body: b}
	ref := c.ref()
	id, last, err := t.whose(ref, e)
	if err != nil {
		return journal.Result{}, err
	}
	if id == "" {
		return t.wait(e, c)
	}
	if e.Snapshot && ref.ID != "" && last == e.Change.ID {
		return t.duplicateOf(id, e.Link)
	}
	if !e.Snapshot {
		known, err := t.known(id, e)
		if err != nil {
			return journal.Result{}, err
		}
		if known {
			return t.duplicateOf(id, e.Link)
		}
	}
	a, err := t.find(id)
	if err != nil {
		return journal.Result{}, err
	}
	return t.tell(a, c, ref)
}

// tell records a change of a known appeal, and what its reference makes known.
func (t *tx) tell(a *appeal, c *change, ref sdk.Ref) (journal.Result, error) {
	fresh, err := t.naming(a, c, ref)
	if err != nil {
		return journal.Result{}, err
	}
	r, err := t.changed(a, c)
	if err != nil || !fresh {
		return r, err
	}
	return r, t.attach(a, ref, "", c.at)
}

// naming notes the reference that a change known by its token tells of, and
// reports whether it is news.
func (t *tx) naming(a *appeal, c *change, ref sdk.Ref) (fresh bool, err error) {
	fresh = c.content.Token != "" && ref.ID != "" && a.refs[ref.Link] != ref.ID && ref != a.Source
	if fresh {
		_, err = t.own(a, ref)
	}
	return fresh, err
}

// ref is the record that the change is about, in full.
func (c *change) ref() sdk.Ref {
	ref := c.content.Ref
	if ref.Link == "" {
		ref.Link = c.link
	}
	return ref
}

// whose returns the appeal that a change is about; empty if nobody knows.
func (t *tx) whose(ref sdk.Ref, e *journal.Entry) (id, last string, err error) {
	if ref.ID != "" {
		if id, last, err = byRef(t.c, ref.Link, ref.ID); id != "" || err != nil {
			return id, last, err
		}
	}
	if e.Change.Token != "" {
		id, err = byToken(t.c, e.Link, e.Change.Token)
	}
	return id, "", err
}

// known reports whether the appeal has had the change.
func (t *tx) known(id string, e *journal.Entry) (bool, error) {
	s := t.c.prepare("SELECT 1 FROM events WHERE stream = ? AND kind = 'status.changed' AND source_id = ? AND link = ? LIMIT 1").
		text(id, e.Change.ID, e.Link)
	defer s.done()
	return s.one()
}

func (t *tx) duplicateOf(id, link string) (journal.Result, error) {
	r := journal.Result{Outcome: journal.Duplicate, Appeal: id}
	var err error
	r.OpenFiles, err = openFetches(t.c, id, link)
	return r, err
}

// wait parks a change whose reference nobody knows yet.
func (t *tx) wait(e *journal.Entry, c *change) (journal.Result, error) {
	ev := c.event(journal.StatusParked)
	ev.Reason = journal.ReasonUnknownRef
	sql := "SELECT 1 FROM parked WHERE link = ?1 AND ref_id = ?2 AND token = ?3 AND source_id = ?4 AND reason = 'unknown_ref'"
	if e.Snapshot {
		sql = `SELECT 1 FROM (SELECT source_id FROM parked WHERE link = ?1 AND ref_id = ?2 AND token = ?3 AND reason = 'unknown_ref'
 ORDER BY id DESC LIMIT 1) WHERE source_id = ?4`
	}
	s := t.c.prepare(sql).text(ev.Link, ev.RefID, c.content.Token, ev.SourceID)
	known, err := s.one()
	s.done()
	if err != nil || known {
		return journal.Result{Outcome: journal.Duplicate, Reason: ev.Reason}, err
	}
	if err := t.insertLink(ev, c.body); err != nil {
		return journal.Result{}, err
	}
	t.waits++
	return journal.Result{Outcome: journal.Waiting, Event: ev.ID, Reason: ev.Reason}, t.park(ev, "", c.content.Token)
}

// changed records a change as one of the appeal's.
func (t *tx) changed(a *appeal, c *change) (journal.Result, error) {
	ev := c.event(journal.StatusChanged)
	told, err := t.numbered(a, c)
	if err != nil {
		return journal.Result{}, err
	}
	if told {
		a.numbers++
	}
	in := journal.Input{Kind: ev.Kind, At: c.at, Link: c.link, Change: c.content}
	if err := t.record(a, in, ev, c.body, c.content.Attachments); err != nil {
		return journal.Result{}, err
	}
	if told {
		if err := t.c.prepare("INSERT INTO numbers (appeal, event) VALUES (?,?)").text(a.ID).int(ev.Seq).run(); err != nil {
			return journal.Result{}, err
		}
	}
	if err := t.remember(c); err != nil {
		return journal.Result{}, err
	}
	r := journal.Result{Outcome: journal.Appended, Appeal: a.ID, Event: ev.ID, Revision: a.Revision, Reason: ev.Reason}
	if len(c.content.Attachments) > 0 {
		r.OpenFiles, err = openFetches(t.c, a.ID, c.link)
	}
	return r, err
}

// remember notes the last change from a reference, by which a snapshot that
// comes again is known.
func (t *tx) remember(c *change) error {
	ref := c.ref()
	if ref.ID == "" {
		return nil
	}
	return t.c.prepare("UPDATE refs SET last = ? WHERE link = ? AND id = ?").text(c.content.ID, ref.Link, ref.ID).run()
}

// numbered reports whether the change tells of a number that was not known.
func (t *tx) numbered(a *appeal, c *change) (bool, error) {
	n, ok := journal.Learned(c.content, c.link)
	if !ok {
		return false, nil
	}
	known, err := t.numbersOf(t.c, a)
	return !slices.Contains(known, n), err
}

// numbersOf returns the numbers that changes told of, oldest first.
func (j *Journal) numbersOf(c *conn, a *appeal) ([]sdk.Number, error) {
	if a.numbers == 0 {
		return nil, nil
	}
	var seqs []int64
	s := c.prepare("SELECT event FROM numbers WHERE appeal = ? ORDER BY event").text(a.ID)
	for s.next() {
		seqs = append(seqs, s.colInt(0))
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	var all []sdk.Number
	for _, seq := range seqs {
		e, err := j.load(c, seq)
		if err != nil {
			return nil, err
		}
		told, err := journal.ReadChangeBody(e.Body)
		if err != nil {
			return nil, err
		}
		if n, ok := journal.Learned(told, e.Link); ok {
			all = journal.AddNumber(all, n)
		}
	}
	return all, nil
}
