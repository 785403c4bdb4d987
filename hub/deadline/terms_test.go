package deadline_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones, on any machine

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

func date(t testing.TB, s string) sdk.Date {
	t.Helper()
	d, err := sdk.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func on(t testing.TB, s string) deadline.Moment { t.Helper(); return deadline.On(date(t, s)) }

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func standard(t testing.TB) *deadline.Engine {
	t.Helper()
	e, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// engine has the shipped rules, changed by the YAML of a list of rules.
func engine(t testing.TB, changes string) *deadline.Engine {
	t.Helper()
	head := "format: appealhub/deadline-rules/v1\nset: test\nversion: 1\nextends: [ru-59fz, ru-pos]\nrules:\n"
	rules, err := deadline.ParseRules([]byte(head + changes))
	if err != nil {
		t.Fatal(err)
	}
	return join(t, rules)
}

func join(t testing.TB, rules *deadline.Rules) *deadline.Engine {
	t.Helper()
	calendar, err := deadline.Russia()
	if err != nil {
		t.Fatal(err)
	}
	e, err := deadline.New(rules, calendar)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// registered are the facts of an appeal that was registered on a day.
func registered(t testing.TB, day string) *deadline.Facts {
	t.Helper()
	return &deadline.Facts{Kind: sdk.KindAppeal, Received: on(t, day), Registered: on(t, day)}
}

func find(t testing.TB, e *deadline.Engine, f *deadline.Facts, id deadline.TermID) deadline.Term {
	t.Helper()
	terms := e.Terms(f)
	term, ok := terms.Find(id)
	if !ok {
		t.Fatalf("there is no term %s among %+v", id, terms)
	}
	return term
}

// TestAnswer: the vectors, by every policy.
func TestAnswer(t *testing.T) {
	e := standard(t)
	for _, c := range []struct{ registered, base, previous, next string }{
		{"2024-03-29", "2024-04-28", "2024-04-27", "2024-05-02"}, // a working Saturday
		{"2025-04-01", "2025-05-01", "2025-04-30", "2025-05-05"},
		{"2025-10-02", "2025-11-01", "2025-11-01", "2025-11-01"}, // a working Saturday
		{"2025-12-02", "2026-01-01", "2025-12-30", "2026-01-12"},
		{"2026-01-22", "2026-02-21", "2026-02-20", "2026-02-24"},
		{"2026-04-01", "2026-05-01", "2026-04-30", "2026-05-04"},
		{"2026-04-09", "2026-05-09", "2026-05-08", "2026-05-12"},
		{"2026-10-05", "2026-11-04", "2026-11-03", "2026-11-05"},
		{"2026-12-01", "2026-12-31", "2026-12-30", "2027-01-11"}, // moved from 4 January; 2027 is provisional
	} {
		for policy, want := range map[deadline.Policy]string{
			"":                          c.previous,
			deadline.PreviousWorkingDay: c.previous,
			deadline.NextWorkingDay:     c.next,
			deadline.CalendarDay:        c.base,
		} {
			t.Run(c.registered+" "+string(policy), func(t *testing.T) {
				f := registered(t, c.registered)
				f.Policy = policy
				got := find(t, e, f, deadline.Answer)
				if got.Due.String() != want || got.BaseDue.String() != c.base || got.Days != 30 || got.Article != "59-ФЗ art. 12 p. 1" {
					t.Errorf("got %s, base %s, %d days, %s; want %s, base %s", got.Due, got.BaseDue, got.Days, got.Article, want, c.base)
				}
				if got.Provisional != strings.HasPrefix(want, "2027") {
					t.Errorf("provisional: %v", got.Provisional)
				}
				if moved := got.Due != got.BaseDue; moved != (len(got.Moved) > 0) {
					t.Errorf("moved: %v", got.Moved)
				}
			})
		}
	}
}

// TestArticles: each article's term, from which event it runs, and where it ends.
func TestArticles(t *testing.T) {
	e := standard(t)
	extended := []deadline.Extension{{}}
	for name, c := range map[string]struct {
		change func(f *deadline.Facts)
		term   deadline.TermID
		want   string // due base days event article
	}{
		"art. 8 p. 2":    {nil, deadline.Registration, "2025-12-05 2025-12-05 3 received 59-ФЗ art. 8 p. 2"},
		"art. 8 p. 3":    {nil, deadline.Forwarding, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 8 p. 3"},
		"its notice":     {nil, deadline.Notice, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 8 p. 3"},
		"art. 8 p. 3.1":  {func(f *deadline.Facts) { f.Categories = []string{"migration"} }, deadline.Forwarding, "2025-12-05 2025-12-07 5 registered 59-ФЗ art. 8 p. 3.1"},
		"its notice too": {func(f *deadline.Facts) { f.Categories = []string{"migration"} }, deadline.Notice, "2025-12-05 2025-12-07 5 registered 59-ФЗ art. 8 p. 3.1"},
		"its answer":     {func(f *deadline.Facts) { f.Categories = []string{"migration"} }, deadline.Answer, "2025-12-30 2026-01-01 30 registered 59-ФЗ art. 12 p. 1"},
		"art. 8 p. 7":    {nil, deadline.Return, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 8 p. 7"},
		"art. 10 p. 2":   {func(f *deadline.Facts) { f.DocumentsRequested = on(t, "2025-12-10") }, deadline.Documents, "2025-12-25 2025-12-25 15 documents_requested 59-ФЗ art. 10 p. 2"},
		"art. 11 p. 2":   {func(f *deadline.Facts) { f.Categories = []string{"court_decision"} }, deadline.Return, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 11 p. 2"},
		"art. 11 p. 4":   {func(f *deadline.Facts) { f.Categories = []string{"unreadable"} }, deadline.Notice, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 11 p. 4"},
		"art. 11 p. 4.1": {func(f *deadline.Facts) { f.Categories = []string{"unclear"} }, deadline.Notice, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 11 p. 4.1"},
		"art. 11 p. 5.1": {func(f *deadline.Facts) { f.Categories = []string{"answered_on_site"} }, deadline.Notice, "2025-12-09 2025-12-09 7 registered 59-ФЗ art. 11 p. 5.1"},
		"art. 12 p. 1.1": {func(f *deadline.Facts) { f.Categories = []string{"governor_migration"} }, deadline.Answer, "2025-12-22 2025-12-22 20 registered 59-ФЗ art. 12 p. 1.1"},
		"art. 12 p. 2": {func(f *deadline.Facts) { f.Extensions = extended }, deadline.Answer,
			"2026-01-30 2026-01-31 60 registered 59-ФЗ art. 12 p. 2"},
		"its notice comes before the unmoved end, by any policy": {func(f *deadline.Facts) { f.Extensions, f.Policy = extended, deadline.NextWorkingDay }, deadline.ExtensionNotice,
			"2025-12-30 2026-01-01 30 registered 59-ФЗ art. 12 p. 2"},
		"an extension runs on from the unmoved date by any policy": {func(f *deadline.Facts) { f.Extensions, f.Policy = extended, deadline.NextWorkingDay }, deadline.Answer,
			"2026-02-02 2026-01-31 60 registered 59-ФЗ art. 12 p. 2"},
		"a dated extension": {func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{Until: date(t, "2026-01-18")}} }, deadline.Answer,
			"2026-01-18 2026-01-18 47 registered 59-ФЗ art. 12 p. 2"},
		"rework is a new appeal": {func(f *deadline.Facts) { f.ReworkRequested = on(t, "2026-01-15") }, deadline.Rework,
			"2026-02-13 2026-02-14 30 rework_requested 59-ФЗ art. 12 p. 1"},
		"an interim answer's promise is not moved": {func(f *deadline.Facts) { f.Promised = on(t, "2026-01-18") }, deadline.Interim,
			"2026-01-18 2026-01-18 0 promised the date promised to the applicant (postponedDate)"},
		"the portal's date is not moved": {func(f *deadline.Facts) { f.AnswerAt = on(t, "2025-12-28") }, deadline.Answer,
			"2025-12-28 2025-12-28 0 answer_at the portal's own date (answerAt)"},
		"nor extended without a date": {func(f *deadline.Facts) { f.AnswerAt, f.Extensions = on(t, "2025-12-28"), extended }, deadline.Answer,
			"2025-12-28 2025-12-28 0 answer_at the portal's own date (answerAt)"},
		"an ordinary message": {func(f *deadline.Facts) { f.Kind = sdk.KindMessage }, deadline.Answer,
			"2025-12-30 2026-01-01 30 registered ПОС, as its users are told (chgtrk.ru)"},
	} {
		t.Run(name, func(t *testing.T) {
			f := registered(t, "2025-12-02")
			if c.change != nil {
				c.change(f)
			}
			got := find(t, e, f, c.term)
			if s := fmt.Sprint(got.Due, " ", got.BaseDue, " ", got.Days, " ", got.From.Event, " ", got.Article); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

// TestShort: a short term at the year's end, whose working day before is the day
// on which it began, or earlier.
func TestShort(t *testing.T) {
	e := standard(t)
	for _, c := range []struct {
		registered string
		term       deadline.TermID
		want       string
		forward    bool
	}{
		{"2025-12-30", deadline.Forwarding, "2026-01-12", true}, // 2026-01-06; 31 December is off
		{"2025-12-31", deadline.Notice, "2026-01-12", true},     // registered on a day off
		{"2025-12-26", deadline.Notice, "2025-12-30", false},
		{"2025-12-30", deadline.Registration, "2026-01-12", false}, // always the next working day
		{"2026-04-29", deadline.Registration, "2026-05-04", false}, // 2 May is a Saturday
	} {
		got := find(t, e, registered(t, c.registered), c.term)
		if got.Due.String() != c.want || got.Forward != c.forward {
			t.Errorf("%s of %s: due %s, forward %v; want %s", c.term, c.registered, got.Due, got.Forward, c.want)
		}
	}
}

// TestRegistrationIsNeverDueBeforeReceipt of any day of the calendar, by any
// policy of the organisation.
func TestRegistrationIsNeverDueBeforeReceipt(t *testing.T) {
	e := standard(t)
	for d := date(t, "2013-01-01"); d.Year < 2027; d = d.AddDays(1) {
		for _, policy := range deadline.Policies() {
			f := &deadline.Facts{Kind: sdk.KindAppeal, Policy: policy, Received: deadline.On(d)}
			if got := find(t, e, f, deadline.Registration); !d.Before(got.Due) || got.Due.Before(got.BaseDue) || got.Policy != deadline.NextWorkingDay {
				t.Fatalf("received %s: due %s", d, got.Due)
			}
		}
	}
}

// TestInstead: where the law says that there is no answer, no term of one runs.
func TestInstead(t *testing.T) {
	e := standard(t)
	for category, want := range map[string]string{
		"":                   "registration forwarding notice answer extension_notice return",
		"unreadable":         "registration notice return",
		"unclear":            "registration notice return",
		"answered_on_site":   "registration notice return",
		"court_decision":     "registration return",
		"cannot_forward":     "registration return",
		"governor_migration": "registration forwarding notice answer extension_notice return",
		"roads":              "registration forwarding notice answer extension_notice return",
	} {
		f := registered(t, "2025-12-02")
		f.Categories = []string{category}
		terms := e.Terms(f)
		if got := ids(terms); got != want || len(terms.Warnings) > 0 {
			t.Errorf("%s: got %s, want %s; %v", category, got, want, terms.Warnings)
		}
	}
	f := registered(t, "2025-12-02")
	f.Categories, f.AnswerAt = []string{"unreadable"}, on(t, "2025-12-20")
	if got := find(t, e, f, deadline.Answer); got.Due.String() != "2025-12-20" {
		t.Errorf("the portal's own date does not stand: %s", got.Due)
	}
}

func ids(terms deadline.Terms) string {
	var out []string
	for _, term := range terms.Terms {
		out = append(out, string(term.Term))
	}
	return strings.Join(out, " ")
}

// TestControl is the operator's: so many days before the answer is due, rolled
// back.
func TestControl(t *testing.T) {
	if _, ok := ptr(standard(t).Terms(registered(t, "2025-12-02"))).Find(deadline.Control); ok {
		t.Error("control is enabled")
	}
	for _, c := range []struct{ answerAt, unit, want string }{
		{"2026-01-16", "calendar_days", "2026-01-13"},
		{"2026-01-14", "calendar_days", "2025-12-30"}, // 11 January is a Sunday after the holidays
		{"2025-12-05", "calendar_days", "2025-12-03"}, // the day on which the term began: the next
		{"2026-01-14", "working_days", "2025-12-30"},
	} {
		days := map[string]string{"2025-12-05": "4"}[c.answerAt]
		if days == "" {
			days = "3"
		}
		e := engine(t, "- {id: control, enabled: true, length: "+days+", unit: "+c.unit+"}\n")
		f := registered(t, "2025-12-02")
		f.AnswerAt = on(t, c.answerAt)
		got := find(t, e, f, deadline.Control)
		if got.Due.String() != c.want || got.From.Event != "answer" || got.Days >= 0 {
			t.Errorf("answer at %s, %s: control is %s, want %s: %+v", c.answerAt, c.unit, got.Due, c.want, got)
		}
	}
}

// TestControlBeforeAnswer: among holidays the control date moves forward, but
// never past the answer that it is to come before.
func TestControlBeforeAnswer(t *testing.T) {
	e := engine(t, "- {id: control, enabled: true, length: 3}\n")
	f := registered(t, "2025-12-30")
	f.AnswerAt = on(t, "2026-01-06")
	got := find(t, e, f, deadline.Control)
	if got.Due.String() != "2026-01-06" || got.BaseDue.String() != "2026-01-03" || len(got.Moved) != 3 {
		t.Errorf("%+v", got)
	}
}

func ptr[T any](v T) *T { return &v }

// TestHours: an instant, never moved.
func TestHours(t *testing.T) {
	e := engine(t, "- {id: pos-forwarding, enabled: true, length: 72, unit: hours}\n")
	msk := zone(t, "Europe/Moscow")
	f := &deadline.Facts{Kind: sdk.KindMessage, Zone: msk, Received: deadline.At(time.Date(2025, 12, 30, 21, 30, 0, 0, time.UTC))}
	got := find(t, e, f, deadline.Forwarding)
	if got.DueAt.Format(time.RFC3339) != "2026-01-03T00:30:00+03:00" || got.Due.String() != "2026-01-03" || got.BaseDue != got.Due || len(got.Moved) > 0 || got.Policy != "" {
		t.Errorf("%+v", got)
	}
	f.Forwarded = deadline.At(time.Date(2026, 1, 2, 21, 31, 0, 0, time.UTC))
	if got := find(t, e, f, deadline.Forwarding); !got.Late {
		t.Errorf("a minute too late is not late: %+v", got)
	}
	f.Received, f.Forwarded = on(t, "2025-12-31"), deadline.Moment{}
	terms := e.Terms(f)
	if got := find(t, e, f, deadline.Forwarding); got.DueAt.Format(time.RFC3339) != "2026-01-03T00:00:00+03:00" || !warned(terms, deadline.WarnHours) {
		t.Errorf("from a date: %+v", terms)
	}
}

func warned(terms deadline.Terms, code deadline.Code) bool {
	for _, w := range terms.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}

// TestZones: a deadline is a local date in each of the country's eleven zones.
func TestZones(t *testing.T) {
	e := standard(t)
	for name, want := range map[string]string{ // registered at 14:30 UTC on 22 January 2026
		"Europe/Kaliningrad": "2026-02-21", "Europe/Moscow": "2026-02-21", "Europe/Samara": "2026-02-21",
		"Asia/Yekaterinburg": "2026-02-21", "Asia/Omsk": "2026-02-21", "Asia/Krasnoyarsk": "2026-02-21",
		"Asia/Irkutsk": "2026-02-21", "Asia/Yakutsk": "2026-02-21", "Asia/Vladivostok": "2026-02-22",
		"Asia/Magadan": "2026-02-22", "Asia/Kamchatka": "2026-02-22",
	} {
		f := &deadline.Facts{Kind: sdk.KindAppeal, Policy: deadline.CalendarDay, Zone: zone(t, name), Registered: deadline.At(time.Date(2026, 1, 22, 14, 30, 0, 0, time.UTC))}
		if got := find(t, e, f, deadline.Answer); got.Due.String() != want {
			t.Errorf("%s: %s, want %s", name, got.Due, want)
		}
	}
}

// TestAssumed: without a registration the day received stands for it, and says so.
func TestAssumed(t *testing.T) {
	terms := standard(t).Terms(&deadline.Facts{Kind: sdk.KindAppeal, Received: on(t, "2025-12-02")})
	answer, _ := terms.Find(deadline.Answer)
	registration, _ := terms.Find(deadline.Registration)
	if !terms.Assumed || !answer.Assumed || answer.Due.String() != "2025-12-30" || answer.From.Event != deadline.Registered {
		t.Errorf("%+v", answer)
	}
	if registration.Assumed || !registration.Ended.Date.IsZero() {
		t.Errorf("%+v", registration)
	}
	if terms := standard(t).Terms(registered(t, "2025-12-02")); terms.Assumed {
		t.Error("a known registration is called assumed")
	}
	if terms := standard(t).Terms(&deadline.Facts{Kind: sdk.KindAppeal}); len(terms.Terms) != 0 || terms.Terms == nil || len(terms.Warnings) != 0 {
		t.Errorf("without a start event: %+v", terms)
	}
}

// TestSameBytes: recomputing gives the same bytes.
func TestSameBytes(t *testing.T) {
	f := registered(t, "2026-12-01")
	f.Policy, f.Extensions, f.DocumentsRequested = deadline.NextWorkingDay, []deadline.Extension{{}, {}}, on(t, "2026-12-20")
	first, firstText := bytesOf(t, f)
	for range 20 {
		again, text := bytesOf(t, f)
		if diff := cmp.Diff(first+firstText, again+text); diff != "" {
			t.Fatal(diff)
		}
	}
}

func bytesOf(t *testing.T, f *deadline.Facts) (terms, explained string) {
	t.Helper()
	all := standard(t).Terms(f)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), all.Explain()
}
