package postgres

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

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
	ref := changeRef(e)
	a := t.whose(ref, changeToken(e))
	if a == nil {
		return t.wait(e, c)
	}
	r := t.refs[ref]
	last := e.Snapshot && r != nil && r.appeal == a.ID && r.last == e.Change.ID
	if last || !e.Snapshot && t.seen[seen{appeal: a.ID, change: true, link: e.Link, what: e.Change.ID}] {
		return journal.Result{Outcome: journal.Duplicate, Appeal: a.ID, OpenFiles: a.openFetches(e.Link)}, nil
	}
	return t.tell(a, c, ref)
}

// whose returns the appeal that a change is about; nil if nobody knows.
func (t *tx) whose(ref, token sdk.Ref) *appeal {
	if a := t.appeals[t.owner(ref)]; a != nil {
		return a
	}
	return t.appeals[t.tokenOwner(token)]
}

// tell records a change of a known appeal, and what its reference makes known.
func (t *tx) tell(a *appeal, c *change, ref sdk.Ref) (journal.Result, error) {
	fresh := t.naming(a, c, ref)
	if fresh {
		t.learn(a, ref, sdk.Ref{})
	}
	r, err := t.changed(a, c)
	if err != nil || !fresh {
		return r, err
	}
	return r, t.attach(a, ref, sdk.Ref{}, c.at)
}

// naming reports whether a change known by its token tells of a reference that
// is news.
func (t *tx) naming(a *appeal, c *change, ref sdk.Ref) bool {
	return c.content.Token != "" && ref.ID != "" && a.refs[ref.Link] != ref.ID && ref != a.Source
}

// ref is the record that the change is about, in full.
func (c *change) ref() sdk.Ref {
	ref := c.content.Ref
	if ref.Link == "" {
		ref.Link = c.link
	}
	return ref
}

// wait parks a change whose reference nobody knows yet.
func (t *tx) wait(e *journal.Entry, c *change) (journal.Result, error) {
	ev := c.event(journal.StatusParked)
	ev.Reason = journal.ReasonUnknownRef
	known, err := t.waits(ev, e.Snapshot)
	if err != nil || known {
		return journal.Result{Outcome: journal.Duplicate, Reason: ev.Reason}, err
	}
	if err := t.insertLink(ev, c.body); err != nil {
		return journal.Result{}, err
	}
	p := t.park(ev, "", c.content.Token)
	p.content, p.body = c.content, c.body
	return journal.Result{Outcome: journal.Waiting, Event: ev.ID, Reason: ev.Reason}, nil
}

// changed records a change as one of the appeal's.
func (t *tx) changed(a *appeal, c *change) (journal.Result, error) {
	ev := c.event(journal.StatusChanged)
	told, err := t.numbered(a, c)
	if err != nil {
		return journal.Result{}, err
	}
	in := journal.Input{Kind: ev.Kind, At: c.at, Link: c.link, Change: c.content}
	if err := t.record(a, in, ev, c.body, c.content.Attachments); err != nil {
		return journal.Result{}, err
	}
	if told {
		t.out.numbers = append(t.out.numbers, number{appeal: a.ID, event: ev})
	}
	t.see(seen{appeal: a.ID, change: true, link: c.link, what: c.content.ID})
	t.remember(c)
	r := journal.Result{Outcome: journal.Appended, Appeal: a.ID, Event: ev.ID, Revision: a.Revision, Reason: ev.Reason}
	if len(c.content.Attachments) > 0 {
		r.OpenFiles = a.openFetches(c.link)
	}
	return r, nil
}

// remember notes the last change from a reference, by which a snapshot that
// comes again is known.
func (t *tx) remember(c *change) {
	if r := t.refs[c.ref()]; r != nil && r.appeal != "" && r.last != c.content.ID {
		r.last, r.dirty = c.content.ID, true
	}
}

// numbered reports whether the change tells of a number that was not known, and
// takes it up.
func (t *tx) numbered(a *appeal, c *change) (bool, error) {
	n, ok := journal.Learned(c.content, c.link)
	if !ok {
		return false, nil
	}
	if err := t.readTold(a); err != nil {
		return false, err
	}
	if slices.Contains(a.told, n) {
		return false, nil
	}
	a.told = journal.AddNumber(a.told, n)
	a.nums++
	return true, nil
}

func (t *tx) readTold(a *appeal) error {
	if a.toldRead || a.nums == 0 {
		a.toldRead = true
		return nil
	}
	b := &pgx.Batch{}
	all := map[string]*numbers{a.ID: {}}
	t.askNumbers(b, []string{a.ID}, all)
	if err := t.send(b); err != nil {
		return err
	}
	a.told, a.toldRead = all[a.ID].all, true
	return all[a.ID].err
}

// numbers are the numbers that changes of an appeal told of, oldest first.
type numbers struct {
	all []sdk.Number
	err error // one can't be read
}

// askNumbers asks for the numbers of appeals, which all has.
func (j *Journal) askNumbers(b *pgx.Batch, ids []string, all map[string]*numbers) {
	q := b.Queue("SELECT "+eventColumns+" FROM numbers n JOIN events e ON e.seq = n.event WHERE n.appeal = ANY ($1::text[]) ORDER BY n.appeal, n.event", ids)
	rows(q, func(r pgx.Rows) error {
		e, _, err := j.event(r)
		if e == nil {
			return err
		}
		told := all[e.Stream]
		if told == nil {
			return nil
		}
		var c *sdk.StatusChange
		if err == nil {
			c, err = journal.ReadChangeBody(e.Body)
		}
		if err != nil {
			told.err = err
			return nil
		}
		if n, ok := journal.Learned(c, e.Link); ok {
			told.all = journal.AddNumber(told.all, n)
		}
		return nil
	})
}
