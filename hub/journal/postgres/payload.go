package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// supply is all that claimed deliveries need, read in one state of the journal.
type supply struct {
	appeals  map[string]*appeal
	events   map[int64]*journal.Event // whose bodies can be read, but of those that are kept
	kept     map[int64]*content       // by delivery
	files    map[string]map[string]*file
	numbers  map[string]*numbers
	receipts map[receiptKey]string
}

// gatherFor adds to each delivery what its verb carries. What can't be read
// holds up nobody else.
func (j *Journal) gatherFor(ctx context.Context, conn batcher, all []*delivery) ([]journal.Claimed, error) {
	l := &supply{
		appeals: map[string]*appeal{}, events: map[int64]*journal.Event{}, files: map[string]map[string]*file{},
		numbers: map[string]*numbers{}, receipts: map[receiptKey]string{},
	}
	if err := j.loadFor(ctx, conn, l, all); err != nil {
		return nil, err
	}
	out := make([]journal.Claimed, 0, len(all))
	for _, d := range all {
		c := journal.Claimed{Lease: d.lease}
		c.Delivery, _ = j.whole(d) // the last error's text is no reason to hold it up
		if a := l.appeals[d.Appeal]; a != nil {
			c.View, c.To = a.View, a.in(d.Link)
			l.carry(a, &c)
		}
		out = append(out, c)
	}
	return out, nil
}

func (j *Journal) loadFor(ctx context.Context, conn batcher, l *supply, all []*delivery) error {
	l.kept = j.recent.of(all)
	ids, seqs := map[string]bool{}, map[int64]bool{}
	for _, d := range all {
		if ids[d.Appeal] = true; l.kept[d.ID] == nil {
			seqs[d.Event] = true
		}
	}
	b := &pgx.Batch{}
	rows(b.Queue("SELECT "+appealColumns+" FROM appeals a WHERE a.id = ANY ($1::text[])", slices.Collect(maps.Keys(ids))), func(r pgx.Rows) error {
		a, err := readAppeal(r)
		if err == nil {
			l.appeals[a.ID] = a
		}
		return err
	})
	j.askEvents(b, l.events, seqs)
	if err := failed(conn.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	return j.loadRest(ctx, conn, l, all)
}

// askEvents asks for events; those whose body can't be opened stay away.
func (j *Journal) askEvents(b *pgx.Batch, into map[int64]*journal.Event, seqs map[int64]bool) {
	if len(seqs) == 0 {
		return
	}
	rows(b.Queue("SELECT "+eventColumns+" FROM events e WHERE e.seq = ANY ($1::bigint[])", slices.Sorted(maps.Keys(seqs))), func(r pgx.Rows) error {
		e, _, err := j.event(r)
		if e != nil && err == nil {
			into[e.Seq] = e
		}
		if e != nil {
			return nil
		}
		return err
	})
}

// loadRest reads what only some appeals have: files, numbers, content elsewhere.
func (j *Journal) loadRest(ctx context.Context, conn batcher, l *supply, all []*delivery) error {
	b := &pgx.Batch{}
	seqs := map[int64]bool{}
	var filed, numbered, told []string
	for _, d := range all {
		a := l.appeals[d.Appeal]
		if a == nil {
			continue
		}
		if e := l.events[d.Event]; e != nil && d.Verb == journal.VerbAppeal && len(e.Body) == 0 {
			seqs[a.body] = true // it found its way later: the latest content
		}
		if a.nfiles > 0 {
			filed = append(filed, a.ID)
		}
		if a.nums > 0 && d.Verb == journal.VerbAppeal {
			numbered = append(numbered, a.ID)
			l.numbers[a.ID] = &numbers{}
		}
		if a.nfiles > 0 && d.Verb == journal.VerbStatus {
			told = append(told, a.ID)
		}
	}
	j.askEvents(b, l.events, seqs)
	if len(numbered) > 0 {
		j.askNumbers(b, numbered, l.numbers)
	}
	if len(told) > 0 {
		rows(b.Queue("SELECT appeal, link, attachment, id FROM receipts WHERE appeal = ANY ($1::text[])", told), func(r pgx.Rows) error {
			var key receiptKey
			var id string
			err := r.Scan(&key.appeal, &key.link, &key.attachment, &id)
			l.receipts[key] = id
			return err
		})
	}
	if b.Len() > 0 {
		if err := failed(conn.SendBatch(ctx, b).Close()); err != nil {
			return err
		}
	}
	if len(filed) == 0 {
		return nil
	}
	return j.loadFiles(ctx, conn, filed, l)
}

// carry adds what the delivery's verb carries.
func (l *supply) carry(a *appeal, d *journal.Claimed) {
	if kept := l.kept[d.ID]; kept != nil {
		d.Payload = l.complete(a, kept.appeal, kept.event.Revision)
		return
	}
	e := l.events[d.Event]
	if e == nil && !d.Verb.MovesFile() {
		return
	}
	switch d.Verb {
	case journal.VerbAppeal:
		d.Payload = l.payload(a, e)
	case journal.VerbStatus:
		d.Change = l.told(a, d, e)
	case journal.VerbFetch, journal.VerbAttachment:
		d.File = l.file(a, d)
	case journal.VerbConfirm:
		d.Token = e.Token
	case journal.VerbDeadline:
		d.Notice, _ = journal.ReadNotice(e, &a.View) // what can't be read holds up nobody else
	}
}

// payload is the appeal as the event has it: a newer revision has a delivery of
// its own behind this one. An event without content (a parked appeal that found
// its way) stands for the latest.
func (l *supply) payload(a *appeal, e *journal.Event) *sdk.Appeal {
	if len(e.Body) == 0 {
		e = l.events[a.body]
	}
	if e == nil {
		return nil
	}
	content, err := journal.ReadAppealBody(e.Body)
	if err != nil {
		return nil
	}
	return l.complete(a, content, e.Revision)
}

// complete adds to a content what later events know; nil where that can't be read.
func (l *supply) complete(a *appeal, content *sdk.Appeal, revision int) *sdk.Appeal {
	var told []sdk.Number
	if n := l.numbers[a.ID]; n != nil {
		told = n.all
		if n.err != nil {
			return nil
		}
	}
	return journal.Complete(content, &a.View, revision, filesOf(l.files[a.ID]), told)
}

func (l *supply) told(a *appeal, d *journal.Claimed, e *journal.Event) *sdk.StatusChange {
	c, err := journal.ReadChangeBody(e.Body)
	if err != nil {
		return nil
	}
	if len(c.Attachments) == 0 {
		return c
	}
	ids := map[string]string{}
	for key, id := range l.receipts {
		if key.appeal == a.ID && key.link == d.Link {
			ids[key.attachment] = id
		}
	}
	return journal.CompleteChange(c, a.ID, d.Link, filesOf(l.files[a.ID]), ids)
}

// file is the attachment as the delivery's event announced it, or the first
// event that did.
func (l *supply) file(a *appeal, d *journal.Claimed) *sdk.Attachment {
	row := l.files[a.ID][d.Attachment]
	f := announced(l.events[d.Event], d.Attachment)
	if f == nil && row != nil {
		f = announced(l.events[row.event], d.Attachment)
	}
	if f != nil && row != nil {
		row.Apply(f, a.ID)
	}
	return f
}
