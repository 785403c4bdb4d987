package sqlite

import (
	"context"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// tick records what time has done to an appeal's terms.
func (t *tx) tick(e *journal.Entry, b body) (journal.Result, error) {
	a, err := t.find(e.Clock.Appeal)
	if err != nil {
		return journal.Result{}, err
	}
	state, err := t.state(a)
	if err != nil {
		return journal.Result{}, err
	}
	in := journal.Input{At: e.At, Clock: e.Clock}
	p := t.options.Planner.Plan(state, in)
	r := journal.Result{Outcome: journal.Duplicate, Appeal: a.ID, Revision: a.Revision}
	noted := e.Clock.Noted != nil
	if !noted && len(p.Notices) == 0 && len(p.Deadlines) == 0 && p.View.Terms == a.Terms {
		return r, nil
	}
	r.Outcome = journal.Appended
	a.follow(p.View, in)
	if noted {
		if err := t.chain(a, &journal.Event{Kind: journal.DeadlineNoted, At: e.At, Actor: e.Actor}, b); err != nil {
			return r, err
		}
	}
	if err := t.terms(a, e.At, e.Actor, &p, state.Files); err != nil {
		return r, err
	}
	return r, t.store(a)
}

// A new appeal has no deadlines to replace, which costs less.
const (
	deadlineValues  = " INTO deadlines (appeal, term, organisation, due, open, due_at, near, passed, wake, provisional) VALUES (?,?,?,?,?,?,?,?,?,?)"
	insertDeadline  = "INSERT" + deadlineValues
	replaceDeadline = "INSERT OR REPLACE" + deadlineValues
)

// terms writes the deadlines that a plan has changed, and tells its notices.
func (t *tx) terms(a *appeal, at time.Time, actor string, p *journal.Plan, files map[string]journal.FileState) error {
	write := insertDeadline
	if a.stored {
		write = replaceDeadline
	}
	for _, d := range p.Deadlines {
		err := t.c.prepare(write).
			text(a.ID, d.Term, a.Organisation, d.Due.String()).bool(d.Open).int(micros(d.DueAt), micros(d.Near)).bool(d.Passed).int(micros(d.Wake)).bool(d.Provisional).run()
		if err != nil {
			return err
		}
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
		if err := t.plan(a, e, n.Steps(), files); err != nil {
			return err
		}
	}
	return nil
}

const deadlineRows = "SELECT appeal, organisation, term, due, open, due_at, near, passed, wake, provisional FROM deadlines"

func readDeadlines(s *stmt) ([]journal.Deadline, error) {
	var all []journal.Deadline
	for s.next() {
		all = append(all, journal.Deadline{
			Appeal: s.colText(0), Organisation: s.colText(1), Term: s.colText(2), Due: dateOf(s.colText(3)), Open: s.colBool(4),
			DueAt: timeOf(s.colInt(5)), Near: timeOf(s.colInt(6)), Passed: s.colBool(7), Wake: timeOf(s.colInt(8)), Provisional: s.colBool(9),
		})
	}
	return all, s.err()
}

// Due returns open deadlines by filter, earliest first.
func (j *Journal) Due(ctx context.Context, q journal.DeadlineQuery) (all []journal.Deadline, err error) {
	w := &where{}
	w.when(!q.UpTo.IsZero(), "due <= ?", q.UpTo.String())
	w.when(q.Organisation != "", "organisation = ?", q.Organisation)
	w.when(q.Term != "", "term = ?", q.Term)
	if q.After != nil {
		w.when(true, "(due, appeal, term) > (?, ?, ?)", dateText(*q.After), q.After.Appeal, q.After.Term)
	}
	err = j.walk(ctx, func(c *conn) (err error) {
		s := w.bind(c.prepare(deadlineRows + w.sql("open = 1") + " ORDER BY due, appeal, term LIMIT ?"))
		all, err = readDeadlines(s.int(limit(q.Limit)))
		return err
	})
	return all, err
}

// dateText is a deadline's date; empty, which is before every date, for none.
func dateText(d journal.Deadline) string {
	if d.Due.IsZero() {
		return ""
	}
	return d.Due.String()
}

// Waking returns the appeals of which there is something to tell.
func (j *Journal) Waking(ctx context.Context, now time.Time, limit int) (ids []string, at time.Time, err error) {
	err = j.read(ctx, func(c *conn) error {
		seen := map[string]bool{}
		s := c.prepare("SELECT appeal FROM deadlines WHERE wake > 0 AND wake <= ? ORDER BY wake LIMIT ?").int(now.UnixMicro(), int64(limit))
		for s.next() {
			if id := s.colText(0); !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		return s.err()
	})
	return ids, journal.Cut(now), err
}
