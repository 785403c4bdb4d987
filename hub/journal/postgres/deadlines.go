package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// tick records what time has done to an appeal's terms.
func (t *tx) tick(e *journal.Entry, b body) (journal.Result, error) {
	a, err := t.find(e.Clock.Appeal)
	if err != nil {
		return journal.Result{}, err
	}
	in := journal.Input{At: e.At, Clock: e.Clock}
	p := t.options.Planner.Plan(a.state(), in)
	r := journal.Result{Outcome: journal.Duplicate, Appeal: a.ID, Revision: a.Revision}
	noted := e.Clock.Noted != nil
	if !noted && len(p.Notices) == 0 && len(p.Deadlines) == 0 && p.View.Terms == a.Terms {
		return r, nil
	}
	r.Outcome = journal.Appended
	a.follow(p.View, in)
	a.dirty = true
	if noted {
		if err := t.chain(a, &journal.Event{Kind: journal.DeadlineNoted, At: e.At, Actor: e.Actor}, b); err != nil {
			return r, err
		}
	}
	return r, t.terms(a, e.At, e.Actor, &p)
}

// terms notes the deadlines that a plan has changed, and tells its notices.
func (t *tx) terms(a *appeal, at time.Time, actor string, p *journal.Plan) error {
	for _, d := range p.Deadlines {
		t.out.deadline(a, d)
	}
	for i := range p.Notices {
		n := &p.Notices[i]
		b, err := packed(journal.NoticeBody(n))
		if err != nil {
			return err
		}
		e := n.Event(at, actor)
		t.news = append(t.news, n.News)
		if err := t.chain(a, e, b); err != nil {
			return err
		}
		t.plan(a, e, n.Steps())
	}
	return nil
}

const deadlineRows = "SELECT appeal, organisation, term, due, open, due_at, near, passed, wake, provisional FROM deadlines"

func readDeadline(r pgx.CollectableRow) (d journal.Deadline, err error) {
	var due string
	var dueAt, near, wake int64
	err = r.Scan(&d.Appeal, &d.Organisation, &d.Term, &due, &d.Open, &dueAt, &near, &d.Passed, &wake, &d.Provisional)
	d.Due, d.DueAt, d.Near, d.Wake = dateOf(due), timeOf(dueAt), timeOf(near), timeOf(wake)
	return d, err
}

// Due returns open deadlines by filter, earliest first.
func (j *Journal) Due(ctx context.Context, q journal.DeadlineQuery) ([]journal.Deadline, error) {
	w := &where{}
	w.when(true, "open")
	w.when(!q.UpTo.IsZero(), "due <= ?", q.UpTo.String())
	w.when(q.Organisation != "", "organisation = ?", q.Organisation)
	w.when(q.Term != "", "term = ?", q.Term)
	if q.After != nil {
		w.when(true, "(due, appeal, term) > (?, ?, ?)", q.After.Due.String(), q.After.Appeal, q.After.Term)
	}
	return list(ctx, j.pool, readDeadline, deadlineRows+w.sql()+" ORDER BY due, appeal, term"+limit(q.Limit), w.values...)
}

// Waking returns the appeals of which there is something to tell, by the
// database's clock.
func (j *Journal) Waking(ctx context.Context, _ time.Time, most int) (ids []string, at time.Time, err error) {
	var us int64
	if err := j.pool.QueryRow(ctx, "SELECT "+statementTime, j.clock()).Scan(&us); err != nil {
		return nil, at, failed(err)
	}
	ids, err = list(ctx, j.pool, pgx.RowTo[string], "SELECT appeal FROM (SELECT appeal, wake FROM deadlines WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT $2) w GROUP BY appeal ORDER BY min(wake)", us, most)
	return ids, timeOf(us), err
}
