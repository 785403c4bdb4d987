package sqlite

import (
	"cmp"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// byRef returns the appeal that has the reference, and the last change that
// came from it; empty if nobody has it.
func byRef(c *conn, link, id string) (appeal, last string, err error) {
	s := c.prepare("SELECT appeal, last FROM refs WHERE link = ? AND id = ?").text(link, id)
	for s.next() {
		appeal, last = s.colText(0), s.colText(1)
	}
	return appeal, last, s.err()
}

// enter gives the reference to the appeal unless somebody has it, which is seen as it is
// written: one look for the many that are new.
func (t *tx) enter(ref sdk.Ref, appeal string) (fresh bool, err error) {
	err = t.c.prepare("INSERT INTO refs (link, id, appeal, last, open) VALUES (?,?,?,'',0) ON CONFLICT DO NOTHING").text(ref.Link, ref.ID, appeal).run()
	return t.c.changed() > 0, err
}

// byToken returns the appeal that a link took under a token; empty if it is
// nobody's.
func byToken(c *conn, link, token string) (appeal string, err error) {
	s := c.prepare("SELECT appeal FROM tokens WHERE link = ? AND token = ?").text(link, token)
	for s.next() {
		appeal = s.colText(0)
	}
	return appeal, s.err()
}

// own notes what a link calls the appeal, and reports whether it is the appeal's: a
// reference that is somebody else's stays theirs. The caller stores the appeal and then
// calls attach.
func (t *tx) own(a *appeal, ref sdk.Ref) (bool, error) {
	if ref == a.Source {
		return true, nil
	}
	open := target(a, ref.Link) && !a.Status.Final()
	err := t.c.prepare("INSERT INTO refs (link, id, appeal, last, open) VALUES (?,?,?,'',?) ON CONFLICT DO NOTHING").text(ref.Link, ref.ID, a.ID).bool(open).run()
	if err == nil && t.c.changed() == 0 {
		err = t.c.prepare("UPDATE refs SET open = ? WHERE link = ? AND id = ? AND appeal = ?").bool(open).text(ref.Link, ref.ID, a.ID).run()
	}
	if err != nil || t.c.changed() == 0 {
		return false, err
	}
	a.refs[ref.Link] = ref.ID
	return true, nil
}

// attach brings the changes that waited for the reference or the token to the
// appeal, in the order they came, and those that waited for a reference that one
// of them tells of.
func (t *tx) attach(a *appeal, ref sdk.Ref, token string, at time.Time) error {
	if t.waiting+t.waits == 0 {
		return nil
	}
	rows, err := t.waitingFor(nil, ref, token)
	for err == nil && len(rows) > 0 {
		next := rows[0]
		rows = rows[1:]
		if err = t.c.prepare("DELETE FROM parked WHERE id = ?").int(next.id).run(); err != nil {
			break
		}
		t.waits--
		var told sdk.Ref
		if told, err = t.replay(a, next.event, at); err == nil && told.ID != "" {
			rows, err = t.waitingFor(rows, told, "")
		}
	}
	return err
}

// parkedChange is a row of parked.
type parkedChange struct{ id, event int64 }

// waitingFor adds the changes that wait for the reference or the token to rows,
// in the order they came.
func (t *tx) waitingFor(rows []parkedChange, ref sdk.Ref, token string) ([]parkedChange, error) {
	gather := func(s *stmt) error {
		for s.next() {
			rows = append(rows, parkedChange{s.colInt(0), s.colInt(1)})
		}
		return s.err()
	}
	if ref.ID != "" {
		if err := gather(t.c.prepare(`SELECT id, event FROM parked WHERE link = ? AND ref_id = ? AND reason = 'unknown_ref'`).text(ref.Link, ref.ID)); err != nil {
			return nil, err
		}
	}
	if token != "" {
		if err := gather(t.c.prepare(`SELECT id, event FROM parked WHERE link = ? AND token = ? AND token <> '' AND reason = 'unknown_ref'`).text(ref.Link, token)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b parkedChange) int { return cmp.Compare(a.id, b.id) })
	return slices.Compact(rows), nil
}

// replay records a parked change as one of the appeal's, and returns the
// reference it tells of, if that is news.
func (t *tx) replay(a *appeal, seq int64, at time.Time) (told sdk.Ref, err error) {
	e, err := t.load(t.c, seq)
	if err != nil {
		return told, err
	}
	c, err := journal.ReadChangeBody(e.Body)
	if err != nil {
		return told, err
	}
	b, err := packed(e.Body, nil)
	if err != nil {
		return told, err
	}
	one := &change{link: e.Link, at: at, content: c, body: b}
	fresh, err := t.naming(a, one, one.ref())
	if err != nil {
		return told, err
	}
	if fresh {
		told = one.ref()
	}
	_, err = t.changed(a, one)
	return told, err
}
