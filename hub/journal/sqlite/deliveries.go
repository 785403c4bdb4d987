package sqlite

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

const deliveryColumns = `d.id, d.appeal, d.link, d.verb, d.attachment, d.event, d.state, d.attempts, d.due, d.created, d.settled, d.receipt_id, d.last_kind, d.last_error`

// readDelivery reads the row that s stands on, which is deliveryColumns. The last
// error's text is no reason to hold a delivery up: it is empty where it can't be read.
func (j *Journal) readDelivery(s *stmt) (journal.Delivery, error) {
	d := journal.Delivery{
		ID: s.colInt(0), Appeal: s.colText(1), Link: s.colText(2), Verb: journal.Verb(s.colText(3)),
		Attachment: s.colText(4), Event: s.colInt(5), State: journal.DeliveryState(s.colText(6)),
		Attempts: int(s.colInt(7)), Due: timeOf(s.colInt(8)), CreatedAt: timeOf(s.colInt(9)),
		SettledAt: timeOf(s.colInt(10)), ReceiptID: s.colText(11), LastKind: sdk.Kind(s.colText(12)),
	}
	text, _, err := j.unseal(d.Appeal, s.colBlob(13))
	if broken(err) {
		return d, err
	}
	d.LastError = string(text)
	return d, nil
}

// findDelivery returns the delivery with the id; ErrNotFound if there is none.
func (j *Journal) findDelivery(c *conn, id int64) (journal.Delivery, error) {
	s := c.prepare("SELECT " + deliveryColumns + " FROM deliveries d WHERE d.id = ?").int(id)
	defer s.done()
	ok, err := s.one()
	if err != nil {
		return journal.Delivery{}, err
	}
	if !ok {
		return journal.Delivery{}, journal.ErrNotFound
	}
	return j.readDelivery(s)
}

// plan writes the steps as deliveries. The first open one of the appeal and
// link is ready, those behind it are queued; one that waits for a file is held.
func (t *tx) plan(a *appeal, e *journal.Event, steps []journal.Step, files map[string]journal.FileState) error {
	if len(steps) == 0 {
		return nil
	}
	busy, err := t.busy(a)
	if err != nil {
		return err
	}
	for _, step := range steps {
		state := journal.DeliveryReady
		settled := int64(0)
		file, known := files[step.Attachment]
		switch {
		case step.Held && file == journal.FileMissing:
			state, settled = journal.DeliveryGivenUp, e.At.UnixMicro()
		case step.Held && (!known || file == journal.FilePending):
			state = journal.DeliveryHeld
		case busy[step.Link]:
			state = journal.DeliveryQueued
		}
		if settled == 0 {
			busy[step.Link] = true
		}
		if err := t.deliver(a, e, step, state, settled); err != nil {
			return err
		}
		if state == journal.DeliveryReady && !t.lay(a, e, t.written(a, e, step)) {
			t.due(step.Link)
		}
	}
	return nil
}

// written is the delivery that was written last, as a claim would read it.
func (t *tx) written(a *appeal, e *journal.Event, step journal.Step) journal.Delivery {
	return journal.Delivery{
		ID: t.c.lastID(), Appeal: a.ID, Link: step.Link, Verb: step.Verb, Attachment: step.Attachment, Event: e.Seq,
		State: journal.DeliveryReady, Due: e.At, CreatedAt: e.At,
	}
}

func (t *tx) deliver(a *appeal, e *journal.Event, step journal.Step, state journal.DeliveryState, settled int64) error {
	s := t.c.prepare(`INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, settled, receipt_id, last_kind)
 VALUES (?,?,?,?,?,?,0,?,0,?,?,'','')`).
		text(a.ID, step.Link, string(step.Verb), step.Attachment).int(e.Seq).text(string(state)).int(e.At.UnixMicro(), e.At.UnixMicro())
	if settled == 0 {
		s.null()
	} else {
		s.int(settled)
	}
	a.deliveries++
	return s.run()
}

// busy tells the links on which the appeal has open deliveries.
func (t *tx) busy(a *appeal) (map[string]bool, error) {
	links := map[string]bool{}
	if !a.stored {
		return links, nil
	}
	s := t.c.prepare("SELECT link FROM deliveries WHERE appeal = ? AND settled IS NULL").text(a.ID)
	for s.next() {
		links[s.colText(0)] = true
	}
	return links, s.err()
}

// sequenceOf is the sequence of the event that a delivered status told of; 0 of
// another delivery.
func (t *tx) sequenceOf(done *journal.Delivery) (n int64, err error) {
	if done.Verb != journal.VerbStatus {
		return 0, nil
	}
	s := t.c.prepare("SELECT sequence FROM events WHERE seq = ?").int(done.Event)
	for s.next() {
		n = s.colInt(0)
	}
	return n, s.err()
}

// advance lets the first open delivery of the appeal on the link go, if it was
// queued behind one that is settled now.
func (t *tx) advance(appeal, link string, at time.Time) error {
	s := t.c.prepare("SELECT id, state FROM deliveries WHERE appeal = ? AND link = ? AND settled IS NULL ORDER BY id LIMIT 1").text(appeal, link)
	var id int64
	for s.next() {
		if s.colText(1) == string(journal.DeliveryQueued) {
			id = s.colInt(0)
		}
	}
	if err := s.err(); err != nil || id == 0 {
		return err
	}
	t.due(link)
	return t.c.prepare("UPDATE deliveries SET state = 'ready', due = ? WHERE id = ?").int(micros(journal.Cut(at)), id).run()
}

// release lets the deliveries go that were held for a file, or gives them up
// where it is missing.
func (t *tx) release(appeal, attachment string, state journal.FileState, at time.Time) error {
	sql := "UPDATE deliveries SET state = 'queued' WHERE id = ?"
	if state == journal.FileMissing {
		sql = "UPDATE deliveries SET state = 'skipped', settled = ?2 WHERE id = ?1"
	}
	s := t.c.prepare("SELECT id, link FROM deliveries WHERE appeal = ? AND attachment = ? AND state = 'held' AND settled IS NULL").text(appeal, attachment)
	var ids []int64
	var links []string
	for s.next() {
		ids, links = append(ids, s.colInt(0)), append(links, s.colText(1))
	}
	if err := s.err(); err != nil {
		return err
	}
	for i, id := range ids {
		s := t.c.prepare(sql).int(id)
		if state == journal.FileMissing {
			s.int(micros(journal.Cut(at)))
		}
		if err := s.run(); err != nil {
			return err
		}
		if err := t.advance(appeal, links[i], at); err != nil {
			return err
		}
	}
	return nil
}
