package sqlite

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Appeal returns an appeal with all its views; ErrNotFound if there is none.
func (j *Journal) Appeal(ctx context.Context, id string) (journal.Record, error) {
	var r journal.Record
	err := j.read(ctx, func(c *conn) error {
		a, err := findAppeal(c, id)
		if err != nil {
			return err
		}
		content, err := j.content(c, a.body)
		if err != nil {
			return err
		}
		rows, err := j.fileRows(c, a)
		if err != nil {
			return err
		}
		numbers, err := j.numbersOf(c, a)
		if err != nil {
			return err
		}
		r.View, r.Refs = a.View, a.allRefs()
		r.Appeal = *journal.Complete(content, &a.View, a.Revision, filesOf(rows), numbers)
		if r.Deliveries, err = j.deliveries(c, journal.DeliveryQuery{Appeal: id}); err != nil {
			return err
		}
		r.Deadlines, err = readDeadlines(c.prepare(deadlineRows + " WHERE appeal = ? ORDER BY due, term").text(id))
		return err
	})
	return r, err
}

// allRefs returns the source's reference and those of the links that took it,
// targets in their order.
func (a *appeal) allRefs() []sdk.Ref {
	refs := []sdk.Ref{a.Source}
	for _, link := range a.Targets {
		if id := a.refs[link]; id != "" {
			refs = append(refs, sdk.Ref{Link: link, ID: id})
		}
	}
	return refs
}

// Appeals returns appeals by filter, newest first.
func (j *Journal) Appeals(ctx context.Context, q journal.AppealQuery) ([]journal.View, error) {
	w := asked(q)
	w.when(q.Before != "", "a.id < ?", q.Before)
	var views []journal.View
	err := j.walk(ctx, func(c *conn) error {
		s := w.bind(c.prepare("SELECT " + appealColumns + " FROM appeals a" + w.sql() + " ORDER BY a.id DESC LIMIT ?")).int(limit(q.Limit))
		for s.next() {
			views = append(views, readView(s))
		}
		return s.err()
	})
	return views, err
}

// Count counts appeals by filter.
func (j *Journal) Count(ctx context.Context, q journal.AppealQuery) (n int64, err error) {
	w := asked(q)
	err = j.walk(ctx, func(c *conn) error {
		s := w.bind(c.prepare("SELECT count(*) FROM appeals a" + w.sql()))
		for s.next() {
			n = s.colInt(0)
		}
		return s.err()
	})
	return n, err
}

// asked are the conditions of a filter.
func asked(q journal.AppealQuery) *where {
	w := &where{}
	w.when(q.Organisation != "", "a.organisation = ?", q.Organisation)
	w.when(q.Link != "", "(a.source_link = ? OR instr(a.targets, ?) > 0)", q.Link, " "+q.Link+" ")
	w.when(q.Status != "", "a.status = ?", string(q.Status))
	w.when(q.Parked, "a.parked <> ''")
	return w
}

// ByRef returns the id of the appeal that has the reference; ErrNotFound if
// none has.
func (j *Journal) ByRef(ctx context.Context, ref sdk.Ref) (string, error) {
	var id string
	err := j.read(ctx, func(c *conn) (err error) {
		id, _, err = byRef(c, ref.Link, ref.ID)
		if err == nil && id == "" {
			err = journal.ErrNotFound
		}
		return err
	})
	return id, err
}

// History returns a stream's events in order; ErrNotFound if there are none.
func (j *Journal) History(ctx context.Context, stream string) ([]journal.Event, error) {
	var events []journal.Event
	err := j.read(ctx, func(c *conn) (err error) {
		events, err = j.events(c.prepare("SELECT " + eventColumns + " FROM events WHERE stream = ? ORDER BY sequence").text(stream))
		return err
	})
	if err == nil && len(events) == 0 {
		err = journal.ErrNotFound
	}
	return events, err
}

// LinkHistory returns events of a link's own stream, newest first, of those before
// the sequence given, without the content of what was parked.
func (j *Journal) LinkHistory(ctx context.Context, link string, before int64, limit int) ([]journal.Event, error) {
	columns := strings.TrimSuffix(eventColumns, "body") + "CASE WHEN kind IN ('item.rejected', 'status.parked') THEN NULL ELSE body END"
	if before <= 0 {
		before = math.MaxInt64
	}
	var events []journal.Event
	err := j.read(ctx, func(c *conn) (err error) {
		s := c.prepare("SELECT "+columns+" FROM events WHERE stream = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?").text(journal.LinkStream(link)).int(before, int64(limit))
		events, err = j.events(s)
		return err
	})
	return events, err
}

// events reads all events that s finds.
func (j *Journal) events(s *stmt) (all []journal.Event, err error) {
	defer s.done()
	for s.next() {
		e, _, err := j.event(s)
		if err != nil {
			return nil, err
		}
		all = append(all, *e)
	}
	return all, s.err()
}

// Deliveries returns deliveries by filter, oldest first.
func (j *Journal) Deliveries(ctx context.Context, q journal.DeliveryQuery) ([]journal.Delivery, error) {
	var all []journal.Delivery
	err := j.walk(ctx, func(c *conn) (err error) {
		all, err = j.deliveries(c, q)
		return err
	})
	return all, err
}

func (j *Journal) deliveries(c *conn, q journal.DeliveryQuery) ([]journal.Delivery, error) {
	w := &where{}
	w.when(q.Appeal != "", "d.appeal = ?", q.Appeal)
	w.when(q.Link != "", "d.link = ?", q.Link)
	w.when(q.Kind != "", "d.last_kind = ?", string(q.Kind))
	w.states(q.States)
	from := " FROM deliveries d"
	if w.open && q.Appeal == "" {
		from += " INDEXED BY deliveries_open" // left alone, SQLite walks all there ever were, for the sake of the order
	}
	var all []journal.Delivery
	s := w.bind(c.prepare("SELECT "+deliveryColumns+from+w.sql("d.id > ?")+" ORDER BY d.id LIMIT ?")).int(q.After, limit(q.Limit))
	defer s.done()
	for s.next() {
		d, err := j.readDelivery(s)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, s.err()
}

// Parked returns parked things, oldest first.
func (j *Journal) Parked(ctx context.Context, q journal.ParkedQuery) ([]journal.Parked, error) {
	w := &where{}
	w.when(q.Link != "", "p.link = ?", q.Link)
	w.when(q.RefID != "", "p.ref_id = ?", q.RefID)
	w.when(q.Place != "", "p.token = ?", q.Place)
	w.when(q.Reason != "", "p.reason = ?", string(q.Reason))
	var all []journal.Parked
	err := j.walk(ctx, func(c *conn) error {
		s := w.bind(c.prepare("SELECT p.id, p.at, p.link, p.ref_id, p.reason, p.appeal, p.token, p.event, e.stream, e.body FROM parked p JOIN events e ON e.seq = p.event"+
			w.sql("p.id > ?")+" ORDER BY p.id LIMIT ?")).int(q.After, limit(q.Limit))
		defer s.done()
		for s.next() {
			p := journal.Parked{
				ID: s.colInt(0), At: timeOf(s.colInt(1)), Link: s.colText(2), RefID: s.colText(3),
				Reason: journal.Reason(s.colText(4)), Appeal: s.colText(5), Place: s.colText(6), Event: s.colInt(7),
			}
			var err error
			if p.Body, _, err = j.unseal(s.colText(8), s.colBlob(9)); err != nil {
				return err
			}
			all = append(all, p)
		}
		return s.err()
	})
	return all, err
}

// OpenRefs returns references of appeals that are not in a final status.
func (j *Journal) OpenRefs(ctx context.Context, link, after string, most int) ([]sdk.Ref, error) {
	var refs []sdk.Ref
	err := j.read(ctx, func(c *conn) error {
		s := c.prepare("SELECT id FROM refs WHERE open = 1 AND link = ? AND id > ? ORDER BY id LIMIT ?").text(link, after).int(limit(most))
		for s.next() {
			refs = append(refs, sdk.Ref{Link: link, ID: s.colText(0)})
		}
		return s.err()
	})
	return refs, err
}

// Cursor returns a link's place in a feed; the zero one where it has none.
func (j *Journal) Cursor(ctx context.Context, link, feed string) (sdk.Cursor, error) {
	var at sdk.Cursor
	err := j.read(ctx, func(c *conn) error {
		s := c.prepare("SELECT at FROM cursors WHERE link = ? AND feed = ?").text(link, feed)
		for s.next() {
			at = sdk.Cursor(s.colText(0))
		}
		return s.err()
	})
	return at, err
}

// limit turns no limit into SQLite's form of it.
func limit(n int) int64 {
	if n <= 0 {
		return -1
	}
	return int64(n)
}

// where gathers conditions, made of constants, and their values.
type where struct {
	clauses []string
	values  []string
	open    bool // of deliveries: only such as are not settled
}

func (w *where) when(asked bool, clause string, values ...string) {
	if asked {
		w.clauses, w.values = append(w.clauses, clause), append(w.values, values...)
	}
}

// states asks for deliveries in one of the states. Where all of them are open
// ones the small index of open deliveries answers.
func (w *where) states(all []journal.DeliveryState) {
	if len(all) == 0 {
		return
	}
	w.open = true
	values := make([]string, len(all))
	for i, s := range all {
		values[i] = string(s)
		w.open = w.open && s != journal.DeliveryDoneOK && s != journal.DeliveryGivenUp
	}
	w.when(w.open, "d.settled IS NULL")
	w.when(true, fmt.Sprintf("d.state IN (?%s)", strings.Repeat(",?", len(all)-1)), values...)
}

func (w *where) sql(more ...string) string {
	clauses := append(append([]string(nil), w.clauses...), more...)
	if len(clauses) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(clauses, " AND ")
}

func (w *where) bind(s *stmt) *stmt { return s.text(w.values...) }
