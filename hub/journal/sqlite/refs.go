package sqlite

import (
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

// byToken returns the appeal that a link took under a token; empty if it is
// nobody's.
func byToken(c *conn, link, token string) (appeal string, err error) {
	s := c.prepare("SELECT appeal FROM tokens WHERE link = ? AND token = ?").text(link, token)
	for s.next() {
		appeal = s.colText(0)
	}
	return appeal, s.err()
}

// learn notes what a link calls the appeal, by reference and by token. The
// caller stores the appeal and then calls attach. A reference that is somebody
// else's stays theirs.
func (t *tx) learn(a *appeal, ref sdk.Ref, token, link string) error {
	if token != "" {
		err := t.c.prepare("INSERT OR IGNORE INTO tokens (link, token, appeal) VALUES (?,?,?)").text(link, token, a.ID).run()
		if err != nil {
			return err
		}
	}
	if ref.ID == "" || ref == a.Source {
		return nil
	}
	if ref.Link == "" {
		ref.Link = link
	}
	open := target(a, ref.Link) && !a.Status.Final()
	err := t.c.prepare(`INSERT INTO refs (link, id, appeal, last, open) VALUES (?,?,?,'',?)
 ON CONFLICT DO UPDATE SET open = excluded.open WHERE appeal = excluded.appeal`).text(ref.Link, ref.ID, a.ID).bool(open).run()
	if err != nil || t.c.changed() == 0 {
		return err
	}
	a.refs[ref.Link] = ref.ID
	return nil
}

// attach brings the changes that waited for the reference or the token to the
// appeal.
func (t *tx) attach(a *appeal, ref sdk.Ref, token string, at time.Time) error {
	if t.waiting+t.waits == 0 {
		return nil
	}
	type row struct{ id, event int64 }
	var rows []row
	gather := func(s *stmt) error {
		for s.next() {
			rows = append(rows, row{s.colInt(0), s.colInt(1)})
		}
		return s.err()
	}
	if ref.ID != "" {
		if err := gather(t.c.prepare(`SELECT id, event FROM parked WHERE link = ? AND ref_id = ? AND reason = 'unknown_ref' ORDER BY id`).text(ref.Link, ref.ID)); err != nil {
			return err
		}
	}
	if token != "" {
		if err := gather(t.c.prepare(`SELECT id, event FROM parked WHERE link = ? AND token = ? AND token <> '' AND reason = 'unknown_ref' ORDER BY id`).text(ref.Link, token)); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if err := t.c.prepare("DELETE FROM parked WHERE id = ?").int(r.id).run(); err != nil {
			return err
		}
		if t.c.changed() == 0 {
			continue // attached already, by what an earlier one told
		}
		t.waits--
		if err := t.replay(a, r.event, at); err != nil {
			return err
		}
	}
	return nil
}

// replay records a parked change as one of the appeal's.
func (t *tx) replay(a *appeal, seq int64, at time.Time) error {
	e, err := t.load(t.c, seq)
	if err != nil {
		return err
	}
	c, err := journal.ReadChangeBody(e.Body)
	if err != nil {
		return err
	}
	b, err := packed(e.Body, nil)
	if err != nil {
		return err
	}
	_, err = t.changed(a, &change{link: e.Link, at: at, content: c, body: b})
	return err
}
