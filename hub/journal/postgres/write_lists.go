package postgres

import (
	"cmp"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// writeRefs writes new references first, then those that have changed; each in
// order. A new one that another node has written meanwhile fails: see errRace.
func (t *tx) writeRefs(b *pgx.Batch) {
	fresh, old := &table{}, &table{}
	for _, key := range slices.SortedFunc(maps.Keys(t.refs), compareRefs) {
		r := t.refs[key]
		if a := t.appeals[r.appeal]; a != nil {
			open := key != a.Source && target(a, key.Link) && !a.Status.Final()
			r.dirty, r.open = r.dirty || r.open != open, open
		}
		c := fresh
		if r.stored {
			c = old
		}
		if r.dirty {
			c.row().text(key.Link, key.ID, r.appeal, r.last).bool(r.open)
		}
	}
	const columns = "link, id, appeal, last, open"
	fresh.queue(b, fresh.insert("refs", columns))
	old.queue(b, "UPDATE refs r SET appeal = u.appeal, last = u.last, open = u.open FROM "+old.unnest("u", columns)+" WHERE r.link = u.link AND r.id = u.id")
}

// writeOpen marks the records of appeals that are open again, or no more.
func (t *tx) writeOpen(b *pgx.Batch, all []*appeal) {
	c := &table{}
	for _, a := range all {
		open := !a.Status.Final()
		if !a.stored || open == a.wasOpen {
			continue
		}
		for _, link := range slices.Sorted(maps.Keys(a.refs)) {
			c.row().text(link, a.refs[link]).bool(open && target(a, link))
		}
	}
	c.queue(b, "UPDATE refs r SET open = u.open FROM "+c.unnest("u", "link, id, open")+" WHERE r.link = u.link AND r.id = u.id AND r.open <> u.open")
}

func (t *tx) writeTokens(b *pgx.Batch) {
	fresh, old := &table{}, &table{}
	for _, key := range slices.SortedFunc(maps.Keys(t.tokens), compareRefs) {
		r := t.tokens[key]
		c := fresh
		if r.stored {
			c = old
		}
		if r.dirty {
			c.row().text(key.Link, key.ID, r.appeal)
		}
	}
	const columns = "link, token, appeal"
	fresh.queue(b, fresh.insert("tokens", columns))
	old.queue(b, "UPDATE tokens r SET appeal = u.appeal FROM "+old.unnest("u", columns)+" WHERE r.link = u.link AND r.token = u.token")
}

func (t *tx) writeDeadlines(b *pgx.Batch) {
	fresh, old := &table{size: len(t.out.deadlines)}, &table{}
	byKey := func(x, y deadlineKey) int {
		return cmp.Or(cmp.Compare(x.appeal, y.appeal), cmp.Compare(x.term, y.term))
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.out.deadlines), byKey) {
		d := t.out.deadlines[key]
		c := old
		if a := t.appeals[key.appeal]; a != nil && !a.stored {
			c = fresh
		}
		c.row().text(key.appeal, key.term, d.Organisation, d.Due.String()).bool(d.Open, d.Passed, d.Provisional).int(micros(d.DueAt), micros(d.Near), micros(d.Wake))
	}
	const columns = "appeal, term, organisation, due, open, passed, provisional, due_at, near, wake"
	fresh.queue(b, fresh.insert("deadlines", columns))
	old.queue(b, old.insert("deadlines", columns)+
		` ON CONFLICT (appeal, term) DO UPDATE SET organisation = excluded.organisation, due = excluded.due, open = excluded.open,
 passed = excluded.passed, provisional = excluded.provisional, due_at = excluded.due_at, near = excluded.near, wake = excluded.wake`)
}

func (t *tx) writeReceipts(b *pgx.Batch) {
	c := &table{}
	for key, id := range t.out.receipts {
		c.row().text(key.appeal, key.link, key.attachment, id)
	}
	c.queue(b, c.insert("receipts", "appeal, link, attachment, id")+" ON CONFLICT (appeal, link, attachment) DO UPDATE SET id = excluded.id")
	n := &table{}
	for _, told := range t.out.numbers {
		n.row().text(told.appeal).int(told.event.Seq)
	}
	n.queue(b, n.insert("numbers", "appeal, event"))
}

func (t *tx) writeParked(b *pgx.Batch) {
	if len(t.out.attached) > 0 {
		b.Queue("DELETE FROM parked WHERE id = ANY ($1::bigint[])", t.out.attached)
	}
	if len(t.out.unparked) > 0 {
		b.Queue("DELETE FROM parked WHERE appeal = ANY ($1::text[]) AND appeal <> '' AND reason IN ('no_route', 'no_organisation')", t.out.unparked)
	}
	c := &table{}
	for _, p := range t.parked {
		e := p.event
		c.row().int(e.At.UnixMicro(), e.Seq).text(e.Link, e.RefID, p.token, e.SourceID, string(e.Reason), p.appeal)
	}
	c.queue(b, c.insert("parked", "at, event, link, ref_id, token, source_id, reason, appeal"))
}

func (t *tx) writeHeads(b *pgx.Batch) {
	c := &table{}
	for _, stream := range slices.Sorted(maps.Keys(t.heads)) {
		if h := t.heads[stream]; h.dirty {
			c.row().text(h.stream).int(h.events).blob(h.hash)
		}
	}
	c.queue(b, "UPDATE heads h SET events = u.events, head = u.head FROM "+c.unnest("u", "stream, events, head")+" WHERE h.stream = u.stream")
}

func (t *tx) writeCursors(b *pgx.Batch) {
	c := &table{}
	byKey := func(x, y cursorKey) int { return cmp.Or(cmp.Compare(x.link, y.link), cmp.Compare(x.feed, y.feed)) }
	for _, key := range slices.SortedFunc(maps.Keys(t.out.cursors), byKey) {
		p := t.out.cursors[key]
		c.row().text(key.link, key.feed, string(p.At), p.Topic).int(p.Epoch)
	}
	c.queue(b, c.insert("cursors", "link, feed, at, topic, epoch")+` ON CONFLICT (link, feed) DO UPDATE SET at = excluded.at, topic = excluded.topic, epoch = excluded.epoch
 WHERE excluded.topic <> cursors.topic OR excluded.epoch >= cursors.epoch`)
}
