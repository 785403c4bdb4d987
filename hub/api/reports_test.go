package api

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// take appends an appeal that came from the link mail under an id.
func (w *world) take(id string, change func(*sdk.Appeal)) string {
	w.t.Helper()
	a := sdk.Appeal{
		Ref: sdk.Ref{Link: "mail", ID: id}, Organisation: "adm", Kind: sdk.KindAppeal, Channel: sdk.ChannelPOS, Text: "Яма на дороге",
		Applicant: sdk.Applicant{Surname: "Ёлкина"}, Category: sdk.Term{ID: "1", Name: "Дороги"}, Subcategory: sdk.Term{ID: "7", Name: "Ямы"},
	}
	if change != nil {
		change(&a)
	}
	got, err := w.journal.Append(w.t.Context(), journal.Batch{Entries: []journal.Entry{{At: w.clock.Now(), Link: "mail", Appeal: &a}}})
	if err != nil || got[0].Outcome != journal.Appended {
		w.t.Fatalf("%+v: %v", got, err)
	}
	return got[0].Appeal
}

func TestReport(t *testing.T) {
	w := newWorld(t, nil) // it is 20 November
	w.take("1", nil)
	w.take("2", func(a *sdk.Appeal) { a.Organisation, a.FastTrack = "far", true })
	w.clock.add(12 * time.Hour) // midnight in Moscow
	w.take("3", nil)
	w.clock.add(30 * 24 * time.Hour)
	all := w.do(get, "/api/v1/reports/appeals", nil).want(200)
	for path, want := range map[string]any{"lines.0.received": 3.0, "lines.0.open": 3.0, "lines.0.overdue": 2.0, "lines.0.share_in_time": 0.0, "total.fast_track_overdue": 1.0} {
		if got := all.at(path); got != want {
			t.Errorf("%s is %v", path, got)
		}
	}
	for query, want := range map[string]float64{
		"to=2026-11-20": 2, "from=2026-11-21": 1, "from=2026-11-20&to=2026-11-21": 3, "from=2027-03-01": 0, "organisation=adm": 2,
	} {
		if got := w.do(get, "/api/v1/reports/appeals?"+query, nil).want(200).at("total.received"); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	for _, bad := range []string{"organisation=nobody", "from=soon", "from=2026-11-21&to=2026-11-20", "by=colour"} {
		w.do(get, "/api/v1/reports/appeals?"+bad, nil).problem(400, "bad-query")
	}
	split := w.do(get, "/api/v1/reports/appeals?by=month,organisation", nil).want(200)
	if got := []any{split.at("lines.0.organisation"), split.at("lines.0.month"), split.at("lines.1.organisation"), split.at("lines.1.received")}; !cmp.Equal(got, []any{"adm", "2026-11", "far", 1.0}) {
		t.Errorf("%v", got)
	}
}

// TestReportNames: a report by category knows the names from the appeals' contents.
func TestReportNames(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Journal = withTerms{c.Journal} })
	w.take("1", nil)
	got := w.do(get, "/api/v1/reports/appeals?by=category", nil).want(200)
	if got.at("lines.0.category") != "7" || got.at("lines.0.category_name") != "Дороги / Ямы" {
		t.Errorf("%s", got.body)
	}
	if strings.Contains(string(got.body), "Ёлкина") {
		t.Error("it holds a name")
	}
}

// withTerms is a journal with a record of terms in each view, which the planner of
// these tests does not keep.
type withTerms struct{ journal.Journal }

// Appeals has every appeal's record name its categories.
func (j withTerms) Appeals(ctx context.Context, q journal.AppealQuery) ([]journal.View, error) {
	views, err := j.Journal.Appeals(ctx, q)
	for i := range views {
		views[i].Terms = "category=7 category=1"
	}
	return views, err
}

func TestBadReports(t *testing.T) {
	w := newWorld(t, nil)
	for query, want := range map[string]string{
		"from=20.11.2026": "from is not a date", "to=2026-11-31": "to is not a date", "from=2026-11-20&to=2026-11-19": "to is before from",
		"by=month,month": "by is not a list", "by=month,": "by is not a list", "by=year": "by is not a list", "until=2026-11-20": "is not a parameter here; known: from, ",
	} {
		if got := w.do(get, "/api/v1/reports/appeals?"+query, nil).problem(400, "bad-query").at("detail"); !strings.Contains(got.(string), want) {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// TestWalk: every appeal is met once, page after page, and those dated long before
// the day are not.
func TestWalk(t *testing.T) {
	w := newWorld(t, nil)
	day := sdk.DateOf(time.Now().UTC())
	var entries []journal.Entry
	for i := range walkPage + 7 {
		entries = append(entries, journal.Entry{At: w.clock.Now(), Link: "mail", Appeal: &sdk.Appeal{
			Ref: sdk.Ref{Link: "mail", ID: fmt.Sprint(i)}, Organisation: "adm", Kind: sdk.KindMessage, Text: "Яма", Applicant: sdk.Applicant{Surname: "Ёлкина"},
		}})
	}
	if _, err := w.journal.Append(t.Context(), journal.Batch{Entries: entries}); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[sdk.Date]int{{}: len(entries), day: len(entries), day.AddDays(366): len(entries), day.AddDays(368): 0} {
		seen := map[string]bool{}
		err := w.handler.eachSince(t.Context(), journal.AppealQuery{}, since, func(v *journal.View) error { seen[v.ID] = true; return nil })
		if err != nil || len(seen) != want {
			t.Errorf("since %s: %d, %v", since, len(seen), err)
		}
	}
	if datedBefore("no id", w.clock.Now()) || datedBefore("6ba7b810-9dad-11d1-80b4-00c04fd430c8", w.clock.Now()) {
		t.Error("an id without a time ends the walk")
	}
}
