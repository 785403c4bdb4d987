package sqlite

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// leases are the deliveries that are out. Only the first open delivery of an
// appeal and link is ever ready, so one lease a delivery is one call at a time.
type leases struct {
	epoch string // tells this process's leases from an earlier one's
	next  int64
	out   map[int64]lease
}

type lease struct {
	token    string
	until    time.Time
	delivery journal.Delivery
}

// held reports whether a delivery is out at the time given.
func (l *leases) held(id int64, at time.Time) bool {
	out, ok := l.out[id]
	return ok && at.Before(out.until)
}

func (l *leases) give(d journal.Delivery, until time.Time) lease {
	l.next++
	return lease{token: l.epoch + "." + strconv.FormatInt(l.next, 36), until: until, delivery: d}
}

// Claim leases due deliveries of a link, the longest due first.
func (j *Journal) Claim(ctx context.Context, c journal.Claim) ([]journal.Claimed, error) {
	var out []journal.Claimed
	var stored []storedPayload
	err := j.do(ctx, true, func(t *tx) error {
		out, stored = nil, nil
		ids, err := t.dueIDs(c)
		if err != nil {
			return err
		}
		t.leased = map[int64]lease{}
		for _, id := range ids {
			one, payload, err := t.claim(id)
			if err != nil {
				return fmt.Errorf("delivery %d: %w", id, err)
			}
			if payload != nil {
				payload.at = len(out)
				stored = append(stored, *payload)
			}
			l := t.leases.give(one.Delivery, c.Now.Add(c.LeaseOf(one.Verb)))
			one.Lease, one.Until = l.token, l.until
			t.leased[id] = l
			out = append(out, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) > 0 {
		failpoint.Hit("sqlite.claimed")
	}
	for i := range stored {
		stored[i].complete(&out[stored[i].at])
	}
	return out, nil
}

func (t *tx) dueIDs(c journal.Claim) ([]int64, error) {
	s := t.c.prepare("SELECT id FROM deliveries WHERE settled IS NULL AND link = ? AND state = 'ready' AND due <= ? ORDER BY due, id").
		text(c.Link).int(c.Now.UnixMicro())
	ids, err := t.free(nil, s, c)
	if err != nil || len(ids) == c.Limit || !t.strays.Sought(c.Link, c.Now) {
		return ids, err
	}
	s = t.c.prepare("SELECT id FROM deliveries WHERE settled IS NULL AND link = ? AND state = 'ready' AND due > ? AND (firm = 0 OR due > ?) ORDER BY due, id").
		text(c.Link).int(c.Now.Add(journal.FurthestRetry).UnixMicro(), c.Now.Add(journal.FurthestFirm).UnixMicro())
	if ids, err = t.free(ids, s, c); err == nil && len(ids) < c.Limit {
		t.strays.None(c.Link, c.Now)
	}
	return ids, err
}

// free adds those of the deliveries that nobody has to ids, as many as are asked for.
func (t *tx) free(ids []int64, s *stmt, c journal.Claim) ([]int64, error) {
	for len(ids) < c.Limit && s.next() {
		if id := s.colInt(0); !t.leases.held(id, c.Now) {
			ids = append(ids, id)
		}
	}
	s.done()
	return ids, s.err()
}

// claim gathers all that a delivery needs.
func (t *tx) claim(id int64) (out journal.Claimed, payload *storedPayload, err error) {
	if out.Delivery, err = t.findDelivery(t.c, id); err != nil {
		return out, nil, err
	}
	a, err := t.find(out.Appeal)
	if err != nil {
		return out, nil, err
	}
	out.View, out.To = a.View, a.in(out.Link)
	payload, err = t.loadFor(a, &out)
	if err != nil && !broken(err) {
		return out, nil, nil // what can't be read holds up nobody else
	}
	return out, payload, err
}

// in is the appeal's record in a link's system; zero before it is known.
func (a *appeal) in(link string) sdk.Ref {
	if id := a.refs[link]; id != "" {
		return sdk.Ref{Link: link, ID: id}
	}
	if a.Source.Link == link {
		return a.Source
	}
	return sdk.Ref{}
}

// loadFor adds what the delivery's verb carries; an appeal that has to be
// decoded first is returned instead.
func (t *tx) loadFor(a *appeal, d *journal.Claimed) (payload *storedPayload, err error) {
	switch d.Verb {
	case journal.VerbAppeal:
		return t.payload(a, d)
	case journal.VerbStatus:
		d.Change, err = t.told(a, d)
	case journal.VerbFetch, journal.VerbAttachment:
		d.File, err = t.file(a, d)
	case journal.VerbDeadline:
		var e *journal.Event
		if e, err = t.load(t.c, d.Event); err == nil {
			d.Notice, err = journal.ReadNotice(e, &a.View)
		}
	case journal.VerbConfirm:
		var e *journal.Event
		if e, err = t.load(t.c, d.Event); err == nil {
			d.Token = e.Token
		}
	}
	return nil, err
}

// storedPayload is an appeal as the database has it. It is decoded on the
// caller's own time, not the writer's.
type storedPayload struct {
	at       int // place among the deliveries claimed
	body     []byte
	revision int
	files    map[string]journal.File
	numbers  []sdk.Number
}

func (p *storedPayload) complete(d *journal.Claimed) {
	if content, err := journal.ReadAppealBody(p.body); err == nil {
		d.Payload = journal.Complete(content, &d.View, p.revision, p.files, p.numbers)
	}
}

// payload is the appeal as the event has it: a newer revision has a delivery of
// its own behind this one. An event without content (a parked appeal that found
// its way) stands for the latest.
func (t *tx) payload(a *appeal, d *journal.Claimed) (*storedPayload, error) {
	rows, err := t.fileRows(t.c, a)
	if err != nil {
		return nil, err
	}
	p := &storedPayload{revision: a.Revision, files: filesOf(rows)}
	if p.numbers, err = t.numbersOf(t.c, a); err != nil {
		return nil, err
	}
	if a.fresh != nil && d.Event == a.body {
		d.Payload = journal.Complete(a.fresh, &a.View, a.Revision, p.files, p.numbers)
		return nil, nil
	}
	e, err := t.load(t.c, d.Event)
	if err == nil && len(e.Body) == 0 {
		e, err = t.load(t.c, a.body)
	}
	if err != nil {
		return nil, err
	}
	p.body, p.revision = e.Body, e.Revision
	return p, nil
}

func (t *tx) told(a *appeal, d *journal.Claimed) (*sdk.StatusChange, error) {
	e, err := t.load(t.c, d.Event)
	if err != nil {
		return nil, err
	}
	c, err := journal.ReadChangeBody(e.Body)
	if err != nil || len(c.Attachments) == 0 {
		return c, err
	}
	rows, err := t.fileRows(t.c, a)
	if err != nil {
		return nil, err
	}
	ids, err := receipts(t.c, a.ID, d.Link)
	if err != nil {
		return nil, err
	}
	return journal.CompleteChange(c, a.ID, d.Link, filesOf(rows), ids), nil
}

// file is the attachment as the delivery's event announced it, or the first
// event that did.
func (t *tx) file(a *appeal, d *journal.Claimed) (*sdk.Attachment, error) {
	rows, err := t.fileRows(t.c, a)
	if err != nil {
		return nil, err
	}
	row := rows[d.Attachment]
	f, err := t.announced(t.c, d.Event, d.Attachment)
	if err == journal.ErrNotFound && row.event != 0 {
		f, err = t.announced(t.c, row.event, d.Attachment)
	}
	if err != nil {
		return nil, err
	}
	row.Apply(f, a.ID)
	return f, nil
}
