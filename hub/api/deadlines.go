package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// dueForm is one open term in a list of many.
type dueForm struct {
	Appeal       string    `json:"appeal"`
	Organisation string    `json:"organisation,omitzero"`
	Term         string    `json:"term"`
	Due          sdk.Date  `json:"due"`
	DueAt        time.Time `json:"due_at,omitzero"`
	DaysLeft     int       `json:"days_left"` // by the organisation's local date
	Overdue      bool      `json:"overdue"`   // by that date, or by the instant of a term in hours
	Passed       bool      `json:"passed"`    // it was told
	Provisional  bool      `json:"provisional"`
}

func (s *server) showDue(d *journal.Deadline) dueForm {
	return dueForm{
		Appeal: d.Appeal, Organisation: d.Organisation, Term: d.Term, Due: d.Due, DueAt: d.DueAt,
		DaysLeft: daysBetween(s.today(d.Organisation), d.Due), Overdue: s.overdue(d), Passed: d.Passed, Provisional: d.Provisional,
	}
}

// today is the organisation's local date.
func (s *server) today(organisation string) sdk.Date {
	return sdk.DateOf(s.Now().In(s.Practice(organisation).Zone))
}

func daysBetween(from, to sdk.Date) int {
	return int(to.In(time.UTC).Sub(from.In(time.UTC)) / (24 * time.Hour))
}

// overdue reports whether a term is over where its organisation is.
func (s *server) overdue(d *journal.Deadline) bool {
	return !s.Now().Before(endOf(d, s.Practice(d.Organisation).Zone))
}

// endOf is the first moment at which a term has passed.
func endOf(d *journal.Deadline, zone *time.Location) time.Time {
	w := deadline.Watched{Due: d.Due, DueAt: d.DueAt}
	return w.End(zone)
}

// deadlines lists open terms, earliest first: all, those due by a date, those that
// are overdue, or both of these.
func (s *server) deadlines(x *exchange) error {
	q, err := s.deadlineQuery(x)
	if err != nil {
		return err
	}
	overdue, err := oneOf(x, "overdue", []string{"true", "false"})
	if err != nil {
		return err
	}
	limit, by := q.Limit, q.UpTo
	q.Limit++
	wanted := func(*journal.Deadline) bool { return true }
	if overdue == "true" {
		wanted = func(d *journal.Deadline) bool { return !by.IsZero() && !by.Before(d.Due) || s.overdue(d) }
		q.Limit = pageMost // what ends today where it is not over yet stands between
		if today := s.lastToday(); by.Before(today) {
			q.UpTo = today
		}
	}
	var all []journal.Deadline
	err = s.eachDue(x.r.Context(), q, func(d *journal.Deadline) error {
		if wanted(d) {
			all = append(all, *d)
		}
		if len(all) > limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, s.showDue, func(d *journal.Deadline) string {
		return d.Due.String() + "/" + d.Appeal + "/" + d.Term
	}))
}

func (s *server) deadlineQuery(x *exchange) (q journal.DeadlineQuery, err error) {
	if q.Organisation, err = s.present(x); err != nil {
		return q, err
	}
	term, err := oneOf(x, "term", deadline.TermIDs())
	if err != nil {
		return q, err
	}
	q.Term = string(term)
	if q.UpTo, err = s.upTo(x); err != nil {
		return q, err
	}
	if text := x.query.Get("cursor"); text != "" {
		if q.After, err = deadlineCursor(text); err != nil {
			return q, err
		}
	}
	q.Limit, err = x.limit()
	return q, err
}

// organisation is the key that a caller names, which must be one of the hub's; empty
// for none.
func (s *server) organisation(key string) (string, error) {
	if key != "" && !slices.Contains(s.Bodies, key) {
		return "", badQuery.with("organisation is none of [%s]", some(s.Bodies))
	}
	return key, nil
}

// upTo reads the parameter due: a date, or a number of days from today. Without
// an organisation, and where there are several, today is that of the east of Russia: a term too many is better
// than one too few.
func (s *server) upTo(x *exchange) (sdk.Date, error) {
	text := x.query.Get("due")
	if text == "" {
		return sdk.Date{}, nil
	}
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(number); err == nil && n >= 0 && n <= 3660 {
			today := s.lastToday()
			switch org := x.query.Get("organisation"); {
			case org != "":
				today = s.today(org)
			case len(s.Bodies) == 1:
				today = s.today(s.Bodies[0])
			}
			return today.AddDays(n), nil
		}
	}
	d, err := sdk.ParseDate(text)
	if err != nil {
		return d, badQuery.with("due is neither a date such as 2026-12-30 nor a number of days such as 3d")
	}
	return d, nil
}

// lastToday is the latest local date in Russia, that of the east.
func (s *server) lastToday() sdk.Date { return sdk.DateOf(s.Now().UTC().Add(12 * time.Hour)) }

func deadlineCursor(text string) (*journal.Deadline, error) {
	parts := strings.Split(text, "/")
	if len(parts) == 3 && uuid.Validate(parts[1]) == nil {
		if due, err := sdk.ParseDate(parts[0]); err == nil {
			return &journal.Deadline{Due: due, Appeal: parts[1], Term: parts[2]}, nil
		}
	}
	return nil, badQuery.with("cursor is not one that this list gave")
}

// explainedForm are all terms of an appeal, and why each ends when it does.
type explainedForm struct {
	Appeal       string          `json:"appeal"`
	Organisation string          `json:"organisation,omitzero"`
	Kind         sdk.AppealKind  `json:"kind"`
	TimeZone     string          `json:"time_zone"`
	Policy       deadline.Policy `json:"policy"`
	deadline.Terms
	Text string `json:"text"`
}

// explain tells an appeal's terms, binding or not.
func (s *server) explain(x *exchange) error {
	v, err := s.view(x.r.Context(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	p := s.Practice(v.Organisation)
	r, err := deadline.ParseRecord(v.Terms)
	if err != nil {
		return err
	}
	terms := p.Terms(&r, v.Kind)
	policy := p.Policy
	if policy == "" {
		policy = deadline.PreviousWorkingDay
	}
	return x.answer(http.StatusOK, explainedForm{v.ID, v.Organisation, v.Kind, p.Zone.String(), policy, terms, terms.Explain()})
}

func (s *server) view(ctx context.Context, id string) (journal.View, error) {
	r, err := s.Journal.Appeal(ctx, id)
	return r.View, err
}

// eachAppeal visits appeals by filter, newest first, with memory for a page.
func (s *server) eachAppeal(ctx context.Context, q journal.AppealQuery, visit func(*journal.View) error) error {
	q.Limit = pageMost
	for {
		views, err := s.Journal.Appeals(ctx, q)
		if err != nil {
			return err
		}
		for i := range views {
			if err := visit(&views[i]); err != nil {
				return err
			}
		}
		if len(views) < q.Limit {
			return nil
		}
		q.Before = views[len(views)-1].ID
	}
}

// eachDue visits open terms by filter, earliest first, likewise; a page is as long as
// the filter says, pageMost unless it does.
func (s *server) eachDue(ctx context.Context, q journal.DeadlineQuery, visit func(*journal.Deadline) error) error {
	if q.Limit == 0 {
		q.Limit = pageMost
	}
	for {
		all, err := s.Journal.Due(ctx, q)
		if err != nil {
			return err
		}
		for i := range all {
			if err := visit(&all[i]); err != nil {
				return err
			}
		}
		if len(all) < q.Limit {
			return nil
		}
		q.After = &all[len(all)-1]
	}
}
