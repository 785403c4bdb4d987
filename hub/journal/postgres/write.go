package postgres

import (
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// writes is what a transaction writes beside what lies in its appeals.
type writes struct {
	events    []*journal.Event
	bodies    [][]byte // sealed, of events
	planned   []*delivery
	numbers   []number
	unparked  []string // appeals that are parked no more
	attached  []int64  // rows of parked whose change has found its appeal
	deadlines map[deadlineKey]journal.Deadline
	receipts  map[receiptKey]string
	cursors   map[cursorKey]journal.Position
	offsets   map[offsetKey]int64
}

type number struct {
	appeal string
	event  *journal.Event
}

type (
	deadlineKey struct{ appeal, term string }
	receiptKey  struct{ appeal, link, attachment string }
	cursorKey   struct{ link, feed string }
	offsetKey   struct {
		topic     string
		partition int32
	}
)

func newWrites() writes {
	return writes{
		attached: []int64{}, deadlines: map[deadlineKey]journal.Deadline{},
		receipts: map[receiptKey]string{}, cursors: map[cursorKey]journal.Position{}, offsets: map[offsetKey]int64{},
	}
}

func (w *writes) deadline(a *appeal, d journal.Deadline) {
	d.Organisation = a.Organisation
	w.deadlines[deadlineKey{a.ID, d.Term}] = d
}

func (w *writes) receipt(key receiptKey, id string) { w.receipts[key] = id }

// move moves a feed's position, unless it is of an earlier epoch than the last.
func (w *writes) move(p journal.Position) {
	key := cursorKey{p.Link, p.Feed}
	if last, ok := w.cursors[key]; !ok || last.Topic != p.Topic || p.Epoch >= last.Epoch {
		w.cursors[key] = p
	}
}

func (w *writes) offset(o *journal.Offset) {
	if o == nil {
		return
	}
	key := offsetKey{o.Topic, o.Partition}
	w.offsets[key] = max(w.offsets[key], o.Next)
}

// write writes what has changed and commits. It reports whether there was
// anything.
func (t *tx) write() (wrote bool, err error) {
	if err := t.number(); err != nil {
		return false, err
	}
	t.handOn()
	b := &pgx.Batch{}
	appeals := t.touched()
	t.writeEvents(b)
	t.writeAppeals(b, appeals)
	t.writeRefs(b)
	t.writeOpen(b, appeals)
	t.bringBack(b, appeals)
	t.writeTokens(b)
	t.writeFiles(b, appeals)
	t.writeDeliveries(b)
	t.writeDeadlines(b)
	t.writeReceipts(b)
	t.writeParked(b)
	t.writeHeads(b)
	t.writeCursors(b)
	t.writeOffsets(b)
	t.writeOutbox(b)
	if wrote = b.Len() > 0; wrote {
		failpoint.Hit(beforeCommit)
	}
	b.Queue("COMMIT")
	return wrote, t.send(b)
}

// number gives the events their places in the journal, and the deliveries their
// ids. It comes behind the locks, so that those of one stream grow.
func (t *tx) number() error {
	b := &pgx.Batch{}
	next(b, "SELECT nextval('events_seq_seq') FROM generate_series(1, $1::int)", len(t.out.events), func(i int) *int64 { return &t.out.events[i].Seq })
	next(b, "SELECT nextval('deliveries_id_seq') FROM generate_series(1, $1::int)", len(t.out.planned), func(i int) *int64 { return &t.out.planned[i].ID })
	return t.send(b)
}

// next asks a sequence for n numbers and puts them where they belong.
func next(b *pgx.Batch, sql string, n int, to func(i int) *int64) {
	if n == 0 {
		return
	}
	i := 0
	rows(b.Queue(sql, n), func(r pgx.Rows) error {
		err := r.Scan(to(i))
		i++
		return err
	})
}

func (t *tx) writeEvents(b *pgx.Batch) {
	c := &table{size: len(t.out.events)}
	for i, e := range t.out.events {
		c.row().int(e.Seq, e.Sequence, e.At.UnixMicro(), int64(e.Revision), e.Delivery).
			text(e.ID, e.Stream, string(e.Kind), e.Link, e.RefID, e.SourceID, e.Actor, e.Organisation, string(e.Status), string(e.Outcome),
				e.External, string(e.Verb), e.Attachment, e.ReceiptID, e.Token, string(e.Reason)).
			blob(e.PrevHash, e.BodyDigest, e.Hash, t.out.bodies[i])
	}
	c.queue(b, c.insert("events", `seq, sequence, at, revision, delivery, id, stream, kind, link, ref_id, source_id, actor, organisation, status, outcome,
 external, verb, attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body`))
}

// touched are the appeals that have changed, in order of id.
func (t *tx) touched() []*appeal {
	all := make([]*appeal, 0, len(t.appeals))
	for _, a := range t.appeals {
		if a.dirty {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(x, y *appeal) int { return strings.Compare(x.ID, y.ID) })
	return all
}

func (t *tx) writeAppeals(b *pgx.Batch, all []*appeal) {
	fresh, old := &table{size: len(all)}, &table{size: len(all)}
	for _, a := range all {
		c := fresh
		if a.stored {
			c = old
		}
		targets := ""
		if len(a.Targets) > 0 {
			targets = " " + strings.Join(a.Targets, " ") + " "
		}
		if a.latest != nil {
			a.body = a.latest.Seq
		}
		c.row().text(a.ID, a.Organisation, a.Source.Link, a.Source.ID, string(a.Kind), a.Version, string(a.Status), string(a.Outcome), a.Lead,
			targets, string(a.Parked), a.Due.String(), writeRefs(a.refs), a.Terms).
			int(int64(a.Revision), micros(a.StatusAt), int64(a.Rework), micros(a.ReceivedAt), micros(a.UpdatedAt), a.Events, a.body, a.nfiles, a.nums).
			bool(a.FastTrack).blob(a.head)
	}
	const columns = `id, organisation, source_link, source_id, kind, version, status, outcome, lead, targets, parked, due, refs, terms,
 revision, status_at, rework, received_at, updated_at, events, body, files, numbers, fast_track, head`
	fresh.queue(b, fresh.insert("appeals", columns))
	old.queue(b, `UPDATE appeals a SET organisation = u.organisation, kind = u.kind, version = u.version, status = u.status, outcome = u.outcome, lead = u.lead,
 targets = u.targets, parked = u.parked, due = u.due, refs = u.refs, terms = u.terms, revision = u.revision, status_at = u.status_at, rework = u.rework,
 updated_at = u.updated_at, events = u.events, body = u.body, files = u.files, numbers = u.numbers, fast_track = u.fast_track, head = u.head, archived = false
 FROM `+old.unnest("u", columns)+" WHERE a.id = u.id")
}

// seqOf is an event's place: of this transaction's, or as it was read.
func seqOf(e *journal.Event, stored int64) int64 {
	if e != nil {
		return e.Seq
	}
	return stored
}

func (t *tx) writeFiles(b *pgx.Batch, all []*appeal) {
	fresh, old := &table{}, &table{}
	for _, a := range all {
		for _, id := range slices.Sorted(maps.Keys(a.files)) {
			f := a.files[id]
			switch {
			case f.fresh:
				fresh.row().text(a.ID, f.id, string(f.State), f.Learned.SHA256).int(f.Learned.Size, seqOf(f.tells, f.event), seqOf(f.ends, f.stored))
			case f.dirty:
				old.row().text(a.ID, f.id, string(f.State), f.Learned.SHA256).int(f.Learned.Size, seqOf(f.ends, f.stored))
			}
		}
	}
	fresh.queue(b, fresh.insert("files", "appeal, id, state, sha256, size, event, stored"))
	old.queue(b, "UPDATE files f SET state = u.state, size = u.size, sha256 = u.sha256, stored = u.stored FROM "+
		old.unnest("u", "appeal, id, state, sha256, size, stored")+" WHERE f.appeal = u.appeal AND f.id = u.id")
}

// writeDeliveries writes new deliveries in the order in which they were planned,
// which gives them growing ids, and those that have changed.
func (t *tx) writeDeliveries(b *pgx.Batch) {
	fresh, old := &table{size: len(t.out.planned)}, &table{size: len(t.deliveries)}
	for _, d := range t.out.planned {
		node := ""
		if d.lease != "" {
			node = t.options.Node
		}
		fresh.row().text(d.Appeal, d.Link, string(d.Verb), d.Attachment, string(d.State), d.ReceiptID, string(d.LastKind), d.lease, node).
			int(d.ID, seqOf(d.cause, d.Event), int64(d.Attempts), micros(d.Due), micros(d.CreatedAt), micros(d.until)).null(d.settledAt()).bool(d.firm)
	}
	for _, id := range slices.Sorted(maps.Keys(t.deliveries)) {
		if d := t.deliveries[id]; d.dirty {
			old.row().int(d.ID, int64(d.Attempts), micros(d.Due), micros(d.until)).null(d.settledAt()).
				text(string(d.State), d.ReceiptID, string(d.LastKind), d.lease).bool(d.firm).blob(d.sealed)
		}
	}
	fresh.queue(b, fresh.insert("deliveries", "appeal, link, verb, attachment, state, receipt_id, last_kind, lease, node, id, event, attempts, due, created, leased_until, settled, firm"))
	old.queue(b, `UPDATE deliveries d SET attempts = u.attempts, due = u.due, leased_until = u.leased_until, settled = u.settled, state = u.state,
 receipt_id = u.receipt_id, last_kind = u.last_kind, lease = u.lease, node = CASE u.lease WHEN '' THEN '' ELSE d.node END, firm = u.firm, last_error = u.last_error
 FROM `+old.unnest("u", "id, attempts, due, leased_until, settled, state, receipt_id, last_kind, lease, firm, last_error")+" WHERE d.id = u.id")
}

func (d *delivery) settledAt() *int64 {
	if d.SettledAt.IsZero() {
		return nil
	}
	us := d.SettledAt.UnixMicro()
	return &us
}
