package postgres

import (
	"cmp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// parked is a row of parked, of this transaction.
type parked struct {
	event   *journal.Event
	appeal  string
	token   string
	content *sdk.StatusChange // of a change that waits
	body    body
	order   int64 // grows in the order in which things were parked
}

// ofThisTransaction is the order of what this transaction parks first: it comes
// after all that has an id.
const ofThisTransaction = 1 << 62

// park puts an event on the list of parked things.
func (t *tx) park(e *journal.Event, appeal, token string) *parked {
	t.parks++
	p := &parked{event: e, appeal: appeal, token: token, order: ofThisTransaction + t.parks}
	t.parked = append(t.parked, p)
	return p
}

// unpark takes the appeal off the list: it stands there once, while it is
// parked.
func (t *tx) unpark(a *appeal) {
	if a.stored {
		t.out.unparked = append(t.out.unparked, a.ID)
	}
	t.parked = slices.DeleteFunc(t.parked, func(p *parked) bool {
		return p.appeal == a.ID && (p.event.Reason == journal.ReasonNoRoute || p.event.Reason == journal.ReasonNoOrganisation)
	})
}

// stands reports whether the event's thing is on the list already.
func (t *tx) stands(e *journal.Event, token string) (known bool, err error) {
	for _, p := range t.parked {
		if p.same(e, token) && p.event.SourceID == e.SourceID {
			return true, nil
		}
	}
	err = t.c.QueryRow(t.ctx, `SELECT EXISTS (SELECT FROM parked WHERE link = $1 AND ref_id = $2 AND token = $3 AND source_id = $4 AND reason = $5 AND id <> ALL ($6::bigint[]))`,
		e.Link, e.RefID, token, e.SourceID, string(e.Reason), t.out.attached).Scan(&known)
	return known, failed(err)
}

func (p *parked) same(e *journal.Event, token string) bool {
	return p.event.Link == e.Link && p.event.RefID == e.RefID && p.token == token && p.event.Reason == e.Reason
}

// waits reports whether a change waits already; a snapshot is known if it is the
// last one that does.
func (t *tx) waits(e *journal.Event, snapshot bool) (bool, error) {
	if !snapshot {
		return t.stands(e, e.Token)
	}
	for _, p := range slices.Backward(t.parked) {
		if p.same(e, e.Token) {
			return p.event.SourceID == e.SourceID, nil
		}
	}
	var last string
	err := t.c.QueryRow(t.ctx, `SELECT coalesce((SELECT source_id FROM parked WHERE link = $1 AND ref_id = $2 AND token = $3 AND reason = 'unknown_ref' AND id <> ALL ($4::bigint[])
 ORDER BY id DESC LIMIT 1), '')`, e.Link, e.RefID, e.Token, t.out.attached).Scan(&last)
	return last == e.SourceID, failed(err)
}

// learn notes what a link calls the appeal, by reference and by token. A
// reference that is somebody else's stays theirs.
func (t *tx) learn(a *appeal, key, tok sdk.Ref) {
	if tok.ID != "" {
		r := t.tokens[tok]
		switch {
		case r == nil:
			t.tokens[tok] = &token{key: tok, appeal: a.ID, dirty: true}
		case r.appeal == "":
			r.appeal, r.dirty = a.ID, true
		}
	}
	if key.ID == "" || key == a.Source {
		return
	}
	r := t.refs[key]
	if r == nil {
		r = &ref{key: key}
		t.refs[key] = r
	}
	if r.appeal == "" {
		r.appeal, r.dirty = a.ID, true
	}
	if r.appeal == a.ID {
		a.refs[key.Link], a.dirty = key.ID, true
	}
}

// attach brings the changes to the appeal that waited for the reference or the
// token, in the order in which they came, and then those that waited for a
// reference which one of them tells of. Where none wait there is no placeholder.
func (t *tx) attach(a *appeal, ref, tok sdk.Ref, at time.Time) error {
	all, err := t.waiting(nil, ref, tok)
	for err == nil && len(all) > 0 {
		next := all[0]
		all = all[1:]
		var told sdk.Ref
		if told, err = t.replay(a, next, at); err == nil && told.ID != "" {
			all, err = t.waiting(all, told, sdk.Ref{})
		}
	}
	return err
}

// replay records a parked change as one of the appeal's, and returns the
// reference it tells of, if that is news.
func (t *tx) replay(a *appeal, p *parked, at time.Time) (told sdk.Ref, err error) {
	c := &change{link: p.event.Link, at: at, content: p.content}
	if c.body, err = packed(p.event.Body, nil); err != nil {
		return told, err
	}
	if key := c.ref(); t.naming(a, c, key) {
		told = key
		if err := t.askFor(key); err != nil {
			return told, err
		}
		t.learn(a, key, sdk.Ref{})
	}
	_, err = t.changed(a, c)
	return told, err
}

// askFor reads and locks a reference that no operation of the transaction names.
func (t *tx) askFor(key sdk.Ref) error {
	if t.refs[key] != nil {
		return nil
	}
	b := &pgx.Batch{}
	t.askRefs(b, []sdk.Ref{key}, forUpdate)
	return t.send(b)
}

// waiting takes the changes off the list that wait for the reference or the
// token and adds them to all, in the order in which they came.
func (t *tx) waiting(all []*parked, ref, tok sdk.Ref) ([]*parked, error) {
	for _, key := range []struct {
		ref    sdk.Ref
		waited bool
		column string
		named  func(p *parked) string
	}{
		{ref, t.refs[ref] != nil && t.refs[ref].waited, "ref_id", func(p *parked) string { return p.event.RefID }},
		{tok, t.tokens[tok] != nil && t.tokens[tok].waited, "token", func(p *parked) string { return p.token }},
	} {
		if key.ref.ID == "" {
			continue
		}
		if key.waited {
			if err := t.storedWaiting(&all, key.column, key.ref); err != nil {
				return nil, err
			}
		}
		t.parked = slices.DeleteFunc(t.parked, func(p *parked) bool {
			mine := p.content != nil && p.event.Link == key.ref.Link && key.named(p) == key.ref.ID
			if mine {
				p.event.Body, _, _ = journal.Unpack(p.body.packed) // what was packed here
				all = append(all, p)
			}
			return mine
		})
	}
	slices.SortFunc(all, func(a, b *parked) int { return cmp.Compare(a.order, b.order) })
	return all, nil
}

func (t *tx) storedWaiting(all *[]*parked, column string, key sdk.Ref) error {
	b := &pgx.Batch{}
	q := b.Queue("SELECT "+eventColumns+", p.id FROM parked p JOIN events e ON e.seq = p.event WHERE p.link = $1 AND p."+column+" = $2 AND p.reason = 'unknown_ref' ORDER BY p.id", key.Link, key.ID)
	var bad error
	rows(q, func(r pgx.Rows) error {
		var id int64
		e, _, err := t.event(r, &id)
		if e == nil || t.attached[id] {
			return err
		}
		t.attached[id] = true
		t.out.attached = append(t.out.attached, id)
		p := &parked{event: e, order: id}
		if err == nil {
			p.content, err = journal.ReadChangeBody(e.Body)
		}
		if err != nil {
			bad = err
			return nil
		}
		*all = append(*all, p)
		return nil
	})
	if err := t.send(b); err != nil {
		return err
	}
	return bad
}
