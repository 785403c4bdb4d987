package deadline_test

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestDecree: one switch for shifting and for counting; weekends among the days
// stay off.
func TestDecree(t *testing.T) {
	e := engine(t, "- {id: pos-forwarding, enabled: true, length: 3}\n")
	for _, c := range []struct {
		registered string
		kind       sdk.AppealKind
		term       deadline.TermID
		off        bool
		want       string
		decreed    bool
	}{
		{"2020-03-02", sdk.KindAppeal, deadline.Answer, false, "2020-04-01", true},
		{"2020-03-02", sdk.KindAppeal, deadline.Answer, true, "2020-03-27", false}, // 28 and 29 March are a weekend
		{"2020-03-12", sdk.KindAppeal, deadline.Answer, false, "2020-04-10", true}, // 11 April is a Saturday
		{"2020-03-27", sdk.KindMessage, deadline.Forwarding, false, "2020-04-01", true},
		{"2020-03-27", sdk.KindMessage, deadline.Forwarding, true, "2020-05-14", false},
		{"2021-10-06", sdk.KindAppeal, deadline.Answer, false, "2021-11-03", true}, // 5 November is moved
	} {
		f := registered(t, c.registered)
		f.Kind, f.DecreeOff = c.kind, c.off
		if got := find(t, e, f, c.term); got.Due.String() != c.want || got.Decreed != c.decreed {
			t.Errorf("%+v: got %s, decreed %v", c, got.Due, got.Decreed)
		}
	}
}

// TestEffective: an appeal is judged by the rules in force when its term began.
func TestEffective(t *testing.T) {
	e := engine(t, `
- {id: 59fz-answer, in_force: {till: 2026-03-31}}
- {id: new, term: answer, source: law, article: new, kinds: [appeal], in_force: {from: 2026-04-01}, from: registered, length: 20}
`)
	for day, want := range map[string]string{"2026-03-31": "59fz-answer", "2026-04-01": "new"} {
		if got := find(t, e, registered(t, day), deadline.Answer); got.Rule != want {
			t.Errorf("%s: by %s, want %s", day, got.Rule, want)
		}
	}
	f := registered(t, "2026-03-31")
	f.Extensions = []deadline.Extension{{On: on(t, "2026-04-20")}}
	if got := find(t, e, f, deadline.Answer); got.Rule != "59fz-answer" || got.Days != 60 {
		t.Errorf("an event under the new rule changed the old term: %+v", got)
	}
}

// TestPause: the days of a suspension are not counted; while one lasts there is
// no last day, and that is said.
func TestPause(t *testing.T) {
	e := engine(t, "- {id: 59fz-answer, pauses: true}\n- {id: control, enabled: true, length: 3}\n")
	f := registered(t, "2026-06-01") // 30 days: 1 July
	f.Suspensions = []deadline.Suspension{
		{From: date(t, "2026-05-20"), Until: date(t, "2026-06-02")}, // before the first day that counts
		{From: date(t, "2026-06-10"), Until: date(t, "2026-06-15")}, // five days
		{From: date(t, "2026-07-05"), Until: date(t, "2026-07-06")}, // one more, while it still runs
		{From: date(t, "2026-08-01"), Until: date(t, "2026-08-10")}, // long after
	}
	got := find(t, e, f, deadline.Answer)
	if got.Due.String() != "2026-07-07" || got.Paused != 6 {
		t.Errorf("due %s, paused %d", got.Due, got.Paused)
	}
	f.Suspensions = append(f.Suspensions[:2], deadline.Suspension{From: date(t, "2026-06-20")})
	terms := e.Terms(f)
	if _, ok := terms.Find(deadline.Answer); ok || !warned(terms, deadline.WarnSuspended) || warned(terms, deadline.WarnNoTerm) {
		t.Errorf("%+v", terms)
	}
	if _, ok := terms.Find(deadline.Control); ok {
		t.Error("control of a term that does not run")
	}
}

// TestRestart: the last of the events counts.
func TestRestart(t *testing.T) {
	e := engine(t, "- {id: 59fz-documents, restarted_by: [rework_requested]}\n")
	f := registered(t, "2026-06-01")
	f.DocumentsRequested, f.ReworkRequested = on(t, "2026-06-03"), on(t, "2026-06-16")
	if got := find(t, e, f, deadline.Documents); got.Due.String() != "2026-07-01" || got.From.Event != deadline.ReworkRequested {
		t.Errorf("%+v", got)
	}
	f.ReworkRequested = on(t, "2026-06-02")
	if got := find(t, e, f, deadline.Documents); got.From.Event != deadline.DocumentsRequested {
		t.Errorf("an earlier event restarts it: %+v", got)
	}
}

// TestEnd: what ended a term, and whether in time.
func TestEnd(t *testing.T) {
	e := standard(t)
	noon := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(f *deadline.Facts)
		term   deadline.TermID
		want   deadline.Event
		late   bool
	}{
		"open":                     {func(*deadline.Facts) {}, deadline.Answer, "", false},
		"answered on the last day": {func(f *deadline.Facts) { f.Answered = on(t, "2026-07-01") }, deadline.Answer, deadline.Answered, false},
		"answered the day after":   {func(f *deadline.Facts) { f.Answered = on(t, "2026-07-02") }, deadline.Answer, deadline.Answered, true},
		"the first counts":         {func(f *deadline.Facts) { f.Answered, f.Forwarded = on(t, "2026-07-02"), on(t, "2026-06-04") }, deadline.Answer, deadline.Forwarded, false},
		"registered before it came": {func(f *deadline.Facts) {
			f.Received, f.Registered = deadline.At(noon), deadline.At(noon.Add(-time.Hour))
		}, deadline.Registration, deadline.Registered, false},
		"registered the same day":         {func(*deadline.Facts) {}, deadline.Registration, deadline.Registered, false},
		"answered before the portal's":    {func(f *deadline.Facts) { f.AnswerAt, f.Answered = on(t, "2026-06-20"), on(t, "2026-06-10") }, deadline.Answer, deadline.Answered, false},
		"rework ends it":                  {func(f *deadline.Facts) { f.ReworkRequested = on(t, "2026-06-25") }, deadline.Answer, deadline.ReworkRequested, false},
		"rework before the portal's date": {func(f *deadline.Facts) { f.ReworkRequested, f.AnswerAt = on(t, "2026-06-25"), on(t, "2026-07-10") }, deadline.Answer, "", false},
		"rework open, answered that day":  {func(f *deadline.Facts) { f.ReworkRequested, f.Answered = on(t, "2026-06-25"), on(t, "2026-06-25") }, deadline.Rework, "", false},
		"rework answered at last": {func(f *deadline.Facts) {
			f.ReworkRequested, f.Answered = deadline.At(noon), deadline.At(noon.Add(time.Hour))
		}, deadline.Rework, deadline.Answered, false},
		"rework open, answered an hour before": {func(f *deadline.Facts) {
			f.ReworkRequested, f.Answered = deadline.At(noon), deadline.At(noon.Add(-time.Hour))
		}, deadline.Rework, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := registered(t, "2026-06-01")
			c.change(f)
			if got := find(t, e, f, c.term); got.Ended.Event != c.want || got.Late != c.late {
				t.Errorf("ended by %q, late %v; want %q, %v", got.Ended.Event, got.Late, c.want, c.late)
			}
		})
	}
}

// TestFastTrack is the operator's table of subcategories; the portal's own date
// stands over it.
func TestFastTrack(t *testing.T) {
	e := engine(t, "- {id: pos-fast-track, enabled: true, table: {pits: 10, lamps: 3}}\n")
	for category, want := range map[string]string{"pits": "2026-06-11", "lamps": "2026-06-04", "other": "2026-07-01"} {
		f := registered(t, "2026-06-01")
		f.Kind, f.Categories = sdk.KindMessage, []string{category}
		if got := find(t, e, f, deadline.Answer); got.Due.String() != want {
			t.Errorf("%s: %s, want %s", category, got.Due, want)
		}
		f.AnswerAt = on(t, "2026-06-07")
		if got := find(t, e, f, deadline.Answer); got.Due.String() != "2026-06-07" {
			t.Errorf("%s: %s", category, got.Due)
		}
	}
}

// TestCategories: each term is counted by the most special of an appeal's categories
// that its own rules name.
func TestCategories(t *testing.T) {
	e := engine(t, `
- {id: pos-fast-track, enabled: true, table: {"1901": 5}}
- {id: 59fz-answer-governor, categories: ["19", "1903"]}
- {id: 59fz-forwarding-migration, categories: ["1901"]}
- {id: near, term: answer, source: operator, categories: ["1904"], kinds: [appeal], from: registered, length: 3}
`)
	for _, c := range []struct {
		categories []string
		kind       sdk.AppealKind
		term       deadline.TermID
		want       string
		days       int
	}{
		{[]string{"1902", "19"}, sdk.KindAppeal, deadline.Answer, "59fz-answer-governor", 20},
		{[]string{"1901", "19"}, sdk.KindAppeal, deadline.Answer, "59fz-answer-governor", 20}, // the table is of messages
		{[]string{"1901", "19"}, sdk.KindAppeal, deadline.Forwarding, "59fz-forwarding-migration", 5},
		{[]string{"1901", "19"}, sdk.KindMessage, deadline.Answer, "pos-fast-track", 5},
		{[]string{"19", "1901"}, sdk.KindMessage, deadline.Answer, "pos-fast-track", 5},
		{[]string{"1904", "19"}, sdk.KindAppeal, deadline.Answer, "near", 3},
		{[]string{"19", "1904"}, sdk.KindAppeal, deadline.Answer, "59fz-answer-governor", 20},
		{nil, sdk.KindAppeal, deadline.Answer, "59fz-answer", 30},
	} {
		f := registered(t, "2026-06-01")
		f.Kind, f.Categories = c.kind, c.categories
		if got := find(t, e, f, c.term); got.Rule != c.want || got.Days != c.days {
			t.Errorf("%s of a %s %v: %s, %d days; want %s, %d", c.term, c.kind, c.categories, got.Rule, got.Days, c.want, c.days)
		}
	}
}

// TestAllocations: five at most, whatever happened to the appeal.
func TestAllocations(t *testing.T) {
	e := standard(t)
	f := registered(t, "2025-12-30")
	f.Extensions, f.DocumentsRequested, f.ReworkRequested = []deadline.Extension{{}}, on(t, "2025-12-30"), on(t, "2026-02-10")
	f.Answered, f.Promised = on(t, "2026-01-20"), on(t, "2026-01-18")
	if n := testing.AllocsPerRun(100, func() { e.Terms(f) }); n > 5 {
		t.Errorf("%v allocations", n)
	}
}
