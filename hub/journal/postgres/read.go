package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// snapshot has f read one state of the journal, however many queries it takes.
func (j *Journal) snapshot(ctx context.Context, f func(c pgx.Tx) error) error {
	tx, err := j.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return failed(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // there is nothing to commit
	return f(tx)
}

// list reads the rows of a query.
func list[T any](ctx context.Context, c querier, read func(r pgx.CollectableRow) (T, error), sql string, args ...any) ([]T, error) {
	answer, err := c.Query(ctx, sql, args...)
	if err != nil {
		return nil, failed(err)
	}
	all, err := pgx.AppendRows([]T(nil), answer, read)
	if err != nil {
		return nil, failedUnless[*unreadable](err)
	}
	return all, nil
}

// Appeal returns an appeal with all its views; ErrNotFound if there is none.
func (j *Journal) Appeal(ctx context.Context, id string) (journal.Record, error) {
	var r journal.Record
	err := j.snapshot(ctx, func(c pgx.Tx) error {
		a, err := readAppeal(c.QueryRow(ctx, "SELECT "+appealColumns+" FROM appeals a WHERE a.id = $1", id))
		if errors.Is(err, pgx.ErrNoRows) {
			return journal.ErrNotFound
		}
		if err != nil {
			return failed(err)
		}
		r.View, r.Refs = a.View, a.allRefs()
		if err := j.content(ctx, c, a, &r); err != nil {
			return err
		}
		if r.Deliveries, err = j.deliveries(ctx, c, journal.DeliveryQuery{Appeal: id}); err != nil {
			return err
		}
		r.Deadlines, err = list(ctx, c, readDeadline, deadlineRows+"_all WHERE appeal = $1 ORDER BY due, term", id)
		return err
	})
	return r, err
}

// content adds the appeal's latest content, complete.
func (j *Journal) content(ctx context.Context, c pgx.Tx, a *appeal, r *journal.Record) error {
	e, err := j.load(ctx, c, a.body)
	if err != nil {
		return err
	}
	content, err := journal.ReadAppealBody(e.Body)
	if err != nil {
		return err
	}
	l := &supply{events: map[int64]*journal.Event{}, files: map[string]map[string]*file{}}
	if a.nfiles > 0 {
		if err := j.loadFiles(ctx, c, []string{a.ID}, l); err != nil {
			return err
		}
	}
	told := &numbers{}
	if a.nums > 0 {
		b := &pgx.Batch{}
		j.askNumbers(b, []string{a.ID}, map[string]*numbers{a.ID: told})
		if err := failed(c.SendBatch(ctx, b).Close()); err != nil {
			return err
		}
	}
	r.Appeal = *journal.Complete(content, &a.View, a.Revision, filesOf(l.files[a.ID]), told.all)
	return told.err
}

// Appeals returns appeals by filter, newest first.
func (j *Journal) Appeals(ctx context.Context, q journal.AppealQuery) ([]journal.View, error) {
	w := asked(q)
	w.when(q.Before != "", "a.id < ?", q.Before)
	view := func(r pgx.CollectableRow) (journal.View, error) {
		a, err := readAppeal(r)
		if err != nil {
			return journal.View{}, err
		}
		return a.View, nil
	}
	return list(ctx, j.pool, view, "SELECT "+appealColumns+" FROM appeals a"+w.sql()+" ORDER BY a.id DESC"+limit(q.Limit), w.values...)
}

// Count counts appeals by filter.
func (j *Journal) Count(ctx context.Context, q journal.AppealQuery) (n int64, err error) {
	w := asked(q)
	err = j.pool.QueryRow(ctx, "SELECT count(*) FROM appeals a"+w.sql(), w.values...).Scan(&n)
	return n, failed(err)
}

// asked are the conditions of a filter.
func asked(q journal.AppealQuery) *where {
	w := &where{}
	w.when(q.Organisation != "", "a.organisation = ?", q.Organisation)
	w.when(q.Link != "", "(a.source_link = ? OR strpos(a.targets, ?) > 0)", q.Link, " "+q.Link+" ")
	w.when(q.Status != "", "a.status = ?", string(q.Status))
	w.when(q.Parked, "a.parked <> ''")
	return w
}

// ByRef returns the id of the appeal that has the reference; ErrNotFound if
// none has.
func (j *Journal) ByRef(ctx context.Context, ref sdk.Ref) (id string, err error) {
	err = j.pool.QueryRow(ctx, "SELECT coalesce((SELECT appeal FROM refs WHERE link = $1 AND id = $2), '')", ref.Link, ref.ID).Scan(&id)
	if err == nil && id == "" {
		return "", journal.ErrNotFound
	}
	return id, failed(err)
}

// History returns a stream's events in order; ErrNotFound if there are none.
func (j *Journal) History(ctx context.Context, stream string) ([]journal.Event, error) {
	events, err := list(ctx, j.pool, j.listed, "SELECT "+eventColumns+" FROM events e WHERE e.stream = $1 ORDER BY e.sequence", stream)
	if err == nil && len(events) == 0 {
		err = journal.ErrNotFound
	}
	return events, err
}

// listed reads an event of a list.
func (j *Journal) listed(r pgx.CollectableRow) (journal.Event, error) {
	e, _, err := j.event(r)
	if e == nil || err != nil {
		return journal.Event{}, err
	}
	return *e, nil
}

// LinkHistory returns events of a link's own stream, newest first, of those before
// the sequence given, without the content of what was parked.
func (j *Journal) LinkHistory(ctx context.Context, link string, before int64, most int) ([]journal.Event, error) {
	w := &where{}
	w.when(true, "e.stream = ?", journal.LinkStream(link))
	w.when(before > 0, "e.sequence < ?", before)
	return list(ctx, j.pool, j.listed, "SELECT "+bareColumns+", CASE WHEN e.kind IN ('item.rejected', 'status.parked') THEN NULL ELSE e.body END FROM events e"+
		w.sql()+" ORDER BY e.sequence DESC"+limit(most), w.values...)
}

// Deliveries returns deliveries by filter, oldest first.
func (j *Journal) Deliveries(ctx context.Context, q journal.DeliveryQuery) ([]journal.Delivery, error) {
	return j.deliveries(ctx, j.pool, q)
}

func (j *Journal) deliveries(ctx context.Context, c querier, q journal.DeliveryQuery) ([]journal.Delivery, error) {
	w := &where{}
	w.when(q.Appeal != "", "d.appeal = ?", q.Appeal)
	w.when(q.Link != "", "d.link = ?", q.Link)
	w.when(q.Kind != "", "d.last_kind = ?", string(q.Kind))
	w.when(q.After > 0, "d.id > ?", q.After)
	w.states(q.States)
	read := func(r pgx.CollectableRow) (journal.Delivery, error) {
		d, err := readDelivery(r)
		if err != nil {
			return journal.Delivery{}, err
		}
		return j.whole(d)
	}
	from := "deliveries_all d" + w.sql()
	if allOpen(q.States) {
		from = "(SELECT * FROM deliveries d" + w.sql() + " OFFSET 0) d" // a fence: in the order of the key all that is settled would be walked through
	}
	return list(ctx, c, read, "SELECT "+deliveryColumns+" FROM "+from+" ORDER BY d.id"+limit(q.Limit), w.values...)
}

// limit is the clause for a number of rows; 0: all.
func limit(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", n)
}

// where gathers conditions, made of constants, and their values. A ? stands for
// the next value.
type where struct {
	clauses []string
	values  []any
}

func (w *where) when(asked bool, clause string, values ...any) {
	if !asked {
		return
	}
	for _, v := range values {
		w.values = append(w.values, v)
		clause = strings.Replace(clause, "?", fmt.Sprintf("$%d", len(w.values)), 1)
	}
	w.clauses = append(w.clauses, clause)
}

// states asks for deliveries in one of the states. Where all of them are open
// ones it says so, which lets the small index of open deliveries answer.
func (w *where) states(all []journal.DeliveryState) {
	var names []string
	for _, s := range all {
		names = append(names, string(s))
	}
	w.when(allOpen(all), "d.settled IS NULL")
	w.when(len(all) > 0, "d.state = ANY (?::text[])", names)
}

// allOpen reports whether only open deliveries are asked for, none of which is
// archived.
func allOpen(all []journal.DeliveryState) bool {
	closed := func(s journal.DeliveryState) bool { return s == journal.DeliveryDoneOK || s == journal.DeliveryGivenUp }
	return len(all) > 0 && !slices.ContainsFunc(all, closed)
}

func (w *where) sql() string {
	if len(w.clauses) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.clauses, " AND ")
}
