package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// terms puts appeals into the journal whose answers are due as given, each
// received thirty days before.
func (w *world) terms(due ...sdk.Date) (ids []string) {
	w.t.Helper()
	for i, d := range due {
		a := &sdk.Appeal{
			Ref: sdk.Ref{Link: "mail", ID: fmt.Sprint(i)}, Version: "1", Kind: sdk.KindAppeal, Channel: sdk.ChannelSite, Organisation: "adm", Text: "Свет", Applicant: sdk.Applicant{Surname: "Иванова"},
			ReceivedAt: d.AddDays(-30).In(time.UTC).Add(9 * time.Hour), RegisteredAt: d.AddDays(-30).In(time.UTC).Add(9 * time.Hour),
		}
		r, err := w.journal.Append(w.t.Context(), journal.Batch{Entries: []journal.Entry{{At: w.clock.Now(), Link: "mail", Appeal: a}}})
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, r[0].Appeal)
	}
	return ids
}

func day(month time.Month, d int) sdk.Date { return sdk.Date{Year: 2026, Month: month, Day: d} }

func appealsOf(a answer) (ids []string) {
	for _, one := range a.at("items").([]any) {
		ids = append(ids, one.(map[string]any)["appeal"].(string))
	}
	return ids
}

func TestDeadlines(t *testing.T) {
	w := newWorld(t, nil) // it is noon in Moscow, on 20 November
	ids := w.terms(day(12, 10), day(11, 23), day(11, 19))
	for name, c := range map[string]struct {
		query string
		want  []int
	}{
		"all, the earliest first": {"", []int{2, 1, 0}},
		"up to a date":            {"?due=2026-11-23", []int{2, 1}},
		"in three days":           {"?due=3d&organisation=adm", []int{2, 1}},
		"in two days":             {"?due=2d&organisation=adm", []int{2}},
		"of another term":         {"?term=control", nil},
		"overdue, told or not":    {"?overdue=true", []int{2}},
		"overdue, and soon":       {"?overdue=true&due=3d", []int{2, 1}},
		"overdue, and long ago":   {"?overdue=true&due=2026-01-01", []int{2}},
		"overdue nowhere":         {"?overdue=true&term=control", nil},
	} {
		var want []string
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		got := w.do(get, "/api/v1/deadlines"+c.query, nil).want(200)
		if fmt.Sprint(appealsOf(got)) != fmt.Sprint(want) {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	first := w.do(get, "/api/v1/deadlines?limit=1", nil).want(200)
	if first.at("items.0.days_left") != -1.0 || first.at("items.0.due") != "2026-11-19" {
		t.Errorf("the first: %s", first.body)
	}
	second := w.do(get, "/api/v1/deadlines?limit=1&cursor="+first.at("next").(string), nil).want(200)
	if fmt.Sprint(appealsOf(second)) != fmt.Sprint(ids[1:2]) {
		t.Errorf("the second: %s", second.body)
	}
	for _, bad := range []string{"?due=soon", "?due=-1d", "?term=x", "?overdue=maybe", "?cursor=x", "?cursor=2026-11-19/x/answer", "?limit=0", "?organisation=other"} {
		w.do(get, "/api/v1/deadlines"+bad, nil).want(400)
	}
}

// TestOverdueByTheOrganisationsDate: a term is overdue once its last day is over where
// the organisation is, though the clock has not told of it; pages hold only such.
func TestOverdueByTheOrganisationsDate(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(day(11, 18), day(11, 19), day(11, 20), day(11, 20), day(11, 21))
	w.clock.add(12*time.Hour - time.Second) // a second before midnight in Moscow
	list := func(query string) answer { return w.do(get, "/api/v1/deadlines?overdue=true"+query, nil).want(200) }
	if got := list(""); fmt.Sprint(appealsOf(got)) != fmt.Sprint(ids[:2]) || got.at("items.0.passed") != false || got.at("items.0.overdue") != true {
		t.Errorf("before midnight: %s", got.body)
	}
	w.clock.add(time.Second)
	if got := list(""); len(appealsOf(got)) != 5 { // the Saturday's is due on the Friday
		t.Errorf("at midnight: %s", got.body)
	}
	hours := journal.Deadline{Organisation: "adm", Due: day(11, 21), DueAt: w.clock.Now()}
	if before := (journal.Deadline{Organisation: "adm", Due: day(11, 21), DueAt: w.clock.Now().Add(time.Second)}); !w.handler.overdue(&hours) || w.handler.overdue(&before) {
		t.Error("a term in hours ends at its instant")
	}
	first := list("&limit=1")
	if second := list("&limit=1&cursor=" + first.at("next").(string)); fmt.Sprint(appealsOf(second)) != fmt.Sprint(ids[1:2]) {
		t.Errorf("the second page: %s", second.body)
	}
}

// TestProvisional: a date that rests on a year whose calendar may still change is
// marked wherever it is shown, be it of the year before.
func TestProvisional(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(day(12, 20), sdk.Date{Year: 2027, Month: 1, Day: 1}) // the latter is due on 30 December
	w.clock.add(38 * 24 * time.Hour)
	list := w.do(get, "/api/v1/deadlines?due=2026-12-30", nil).want(200)
	if list.at("items.0.provisional") != false || list.at("items.1.provisional") != true || list.at("items.1.due") != "2026-12-30" {
		t.Errorf("the list: %s", list.body)
	}
	if got := w.do(get, "/api/v1/deadlines/digest", nil).want(200); got.at("items.1.provisional") != true || strings.Count(string(got.body), "provisional") != 1 {
		t.Errorf("the digest: %s", got.body)
	}
	if got := w.do(get, "/api/v1/appeals", nil).want(200); got.at("items.0.provisional") != true || got.at("items.1.provisional") != false {
		t.Errorf("the appeals: %s", got.body)
	}
	if got := w.do(get, "/api/v1/appeals/"+ids[1], nil).want(200); got.at("view.provisional") != true || got.at("deadlines.0.provisional") != true {
		t.Errorf("the appeal: %s", got.body)
	}
	feed := strings.ReplaceAll(string(w.do(get, "/api/v1/deadlines.ics", nil).want(200).body), "\r\n ", "")
	if !strings.Contains(feed, "SUMMARY:PROVISIONAL answer: appeal "+ids[1]) || !strings.Contains(feed, "SUMMARY:OVERDUE answer: appeal "+ids[0]) {
		t.Errorf("the feed: %s", feed)
	}
}

// TestProvisionalNoMore: counting anew by a final calendar takes the mark away and
// moves nothing.
func TestProvisionalNoMore(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(sdk.Date{Year: 2027, Month: 1, Day: 1})
	final := "format: appealhub/calendar/v1\nname: ru\nyears:\n  2027: {source: a decree, holidays: {Holidays: 01-01..01-08 02-23 03-08 05-01 05-09 06-12 11-04}}\n"
	p, err := w.cfg.Practice("adm").Try(nil, []byte(final))
	if err != nil {
		t.Fatal(err)
	}
	*w.cfg.Practice("adm") = *p
	if got := w.do(post, "/api/v1/deadlines/recompute", nil).want(200); !strings.Contains(string(got.body), `"moved":0,"added":0,"dropped":0`) {
		t.Errorf("counted anew: %s", got.body)
	}
	if got := w.do(get, "/api/v1/deadlines", nil).want(200); got.at("items.0.provisional") != false || got.at("items.0.appeal") != ids[0] {
		t.Errorf("the list: %s", got.body)
	}
}

func TestExplain(t *testing.T) {
	w := newWorld(t, nil)
	id := w.terms(day(12, 20))[0]
	got := w.do(get, "/api/v1/appeals/"+id+"/deadlines", nil).want(200)
	text, _ := got.at("text").(string)
	if !strings.Contains(text, "59-ФЗ art. 12 p. 1 (59fz-answer)") || got.at("policy") != "previous_working_day" || got.at("time_zone") != "Europe/Moscow" {
		t.Errorf("%s", got.body)
	}
	if again := w.do(get, "/api/v1/appeals/"+id+"/deadlines", nil).want(200); string(again.body) != string(got.body) {
		t.Error("asked again it says something else")
	}
	w.do(get, "/api/v1/appeals/nobody/deadlines", nil).want(404)
}

// TestNoteRefused: what can't be noted says why, and leaves nothing on record.
func TestNoteRefused(t *testing.T) {
	w := newWorld(t, nil)
	id := w.terms(day(12, 20))[0]
	path := "/api/v1/appeals/" + id + "/deadlines"
	note := func(body string) string { return string(w.do(post, path, body).want(422).body) }
	if got := note(`{"event":"suspended","at":"2026-11-20"}`); !strings.Contains(got, "has no effect: no rule by which") {
		t.Errorf("no rule pauses: %s", got)
	}
	rules, err := deadline.ParseRules([]byte("format: appealhub/deadline-rules/v1\nset: test\nversion: 1\nextends: [ru-59fz]\nrules:\n- {id: 59fz-answer, pauses: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	*w.cfg.Practice("adm") = *w.cfg.Practice("adm").With(rules, nil)
	if got := note(`{"event":"resumed","at":"2026-11-20"}`); !strings.Contains(got, "/event the terms are not suspended") {
		t.Errorf("nothing to resume: %s", got)
	}
	for at, want := range map[string]string{"2031-11-20": "is yet to come: today is 2026-11-20", "2010-01-01": "is before the appeal came on 2026-11-20"} {
		if got := note(`{"event":"notified","at":"` + at + `"}`); !strings.Contains(got, "/at "+at+" "+want) {
			t.Errorf("%s: %s", at, got)
		}
	}
	if got := note(`{"category":"lunch"}`); !strings.Contains(got, "/category is none that the rules name: ") || !strings.Contains(got, deadline.NoGround) {
		t.Errorf("a ground: %s", got)
	}
	for body, want := range map[string]string{
		`{"category":"none","at":"2026-11-20"}`: "/at goes with event", `{"event":"","category":"none"}`: "/event is empty",
		`{"category":"none","why":"` + strings.Repeat("я", 1001) + `"}`: "/why is longer than 1000 characters",
	} {
		if got := note(body); !strings.Contains(got, want) {
			t.Errorf("%.40s: %s", body, got)
		}
	}
	if n := len(w.do(get, "/api/v1/appeals/"+id+"/history", nil).want(200).at("items").([]any)); n != 1 {
		t.Errorf("%d events are on record", n)
	}
	w.do(post, path, `{"category":"none","why":"`+strings.Repeat("я", 1000)+`"}`).want(200)
}

func TestDeadlineFeed(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Open = false })
	id := w.terms(day(11, 19))[0]
	w.do(get, "/api/v1/deadlines.ics", nil).want(401)
	if got := w.do(get, "/api/v1/deadlines.ics", nil, "Authorization", "Basic b3BlcmF0b3I6bm8="); got.status != 401 || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Basic") {
		t.Errorf("a wrong password: %d, %q", got.status, got.header.Get("WWW-Authenticate"))
	}
	if got := w.do(get, "/api/v1/deadlines", nil, "Authorization", "Basic b3BlcmF0b3I6czNjcmV0"); got.status != 401 {
		t.Errorf("a password where a token is asked for: %d", got.status)
	}
	got := w.do(get, "/api/v1/deadlines.ics", nil, "Authorization", "Basic b3BlcmF0b3I6czNjcmV0").want(200) // operator:s3cret
	body := strings.ReplaceAll(string(got.body), "\r\n ", "")
	for _, line := range []string{"DTSTART;VALUE=DATE:20261119", "DTEND;VALUE=DATE:20261120", "SUMMARY:OVERDUE answer: appeal " + id, "UID:" + id + "-answer@appealhub"} {
		if !strings.Contains(body, line+"\r\n") {
			t.Errorf("no line %q in %s", line, body)
		}
	}
	if strings.Contains(body, "Иванова") {
		t.Error("it names the applicant")
	}
}

func TestDigest(t *testing.T) {
	w := newWorld(t, nil)
	w.terms(day(11, 19), day(11, 20), day(11, 24), day(12, 10))
	got := w.do(get, "/api/v1/deadlines/digest", nil).want(200)
	if got.at("overdue") != 1.0 || got.at("due_today") != 1.0 || got.at("due_soon") != 1.0 || got.at("date") != "2026-11-20" || len(appealsOf(got)) != 3 {
		t.Errorf("%s", got.body)
	}
	w.do(get, "/api/v1/deadlines/digest?organisation=other", nil).want(400)
}

func TestSimulate(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(day(11, 20), day(11, 21), day(11, 30), day(11, 19)) // the second is a Saturday
	down := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"down": "rx", "for": "40h"}).want(200)
	if fmt.Sprint(appealsOf(down)) != fmt.Sprint(ids[:2]) || down.at("breaches") != 2.0 {
		t.Errorf("down: %s", down.body)
	}
	if other := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"down": "mail", "for": "40h"}).want(200); other.at("breaches") != 2.0 {
		t.Errorf("the source is down: %s", other.body)
	}
	rules := "format: appealhub/deadline-rules/v1\nset: short\nversion: 2026-11-25\nextends: [ru-59fz]\nrules: [{id: 59fz-answer, length: 20}]\n"
	got := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"rules": rules}).want(200)
	if got.at("moved") != 4.0 || got.at("breaches") != 2.0 { // that of the 30th would end on the 20th, which is not over, and that of the 19th is missed as it is
		t.Errorf("other rules: %s", got.body)
	}
	region := "format: appealhub/calendar/v1\nname: test\nover: ru\nyears:\n  %d: {source: a law, holidays: {Холидей: 11-20}}\n"
	if got := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"calendar": fmt.Sprintf(region, 2026)}).want(200); got.at("moved") != 2.0 || got.at("breaches") != 2.0 {
		t.Errorf("a region's calendar: %s", got.body) // those of the 20th and of the Saturday would end on the 19th
	}
	if got := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"calendar": fmt.Sprintf(region, 2029)}); got.status != 422 || !strings.Contains(string(got.body), "2029: is not in the national calendar") {
		t.Errorf("a year of no nation: %d %s", got.status, got.body)
	}
	for want, bad := range map[string]map[string]any{
		"down and for, or": {}, "down and for, or rules": {"down": "rx", "for": "1h", "rules": rules}, "down: x is no link of this hub; its links are mail, rx": {"down": "x", "for": "1h"},
		"for is no length of time": {"down": "rx"},
	} {
		if got := w.do(post, "/api/v1/deadlines/simulate", bad); got.status != 400 || got.at("title") != "The request is wrong" || !strings.Contains(got.at("detail").(string), want) {
			t.Errorf("%s: %d %s", want, got.status, got.body)
		}
	}
	for name, bad := range map[string]map[string]any{
		"bad rules": {"rules": "{"}, "bad calendar": {"calendar": "format: appealhub/calendar/v1\nname: test\nyears:\n  2026: {days_off: [13-45]}"},
	} {
		if got := w.do(post, "/api/v1/deadlines/simulate", bad); got.status != 422 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

// TestSimulateOne: where one organisation is asked for, a calendar is tried on its
// own file and on no other one's.
func TestSimulateOne(t *testing.T) {
	const head = "format: appealhub/calendar/v1\nname: test\n"
	w := newWorld(t, func(c *Config) {
		adm, far := c.Practice("adm"), withCalendar(t, c.Practice("adm"), head+"over: ru\nyears: {2026: {source: a law, moved: {04-21: 05-16}}}\n")
		c.Bodies = []string{"adm", "far"}
		c.Practice = func(organisation string) *deadline.Practice {
			if organisation == "far" {
				return far
			}
			return adm
		}
	})
	w.terms(day(11, 20))
	nation := head + "years: {2026: {source: a decree, holidays: {Holidays: 01-01..01-08 02-23 03-08 05-01 05-09 06-12 11-04}, moved: {06-15: 05-16}}}\n"
	for organisation, want := range map[string]int{"adm": 200, "far": 422, "": 422} {
		got := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"calendar": nation, "organisation": organisation}).want(want)
		if says := strings.Contains(string(got.body), "the organisation's own calendar does not fit over it"); says != (want == 422) {
			t.Errorf("%q: %s", organisation, got.body)
		}
		if want == 200 && got.at("seen") != 1.0 {
			t.Errorf("%q: %s", organisation, got.body)
		}
	}
}

// withCalendar is a practice by the rules that come with the program and an
// organisation's own calendar.
func withCalendar(t *testing.T, p *deadline.Practice, own string) *deadline.Practice {
	t.Helper()
	rules, err := deadline.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	russia, err := deadline.Russia()
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := russia.Own([]byte(own))
	if err != nil {
		t.Fatal(err)
	}
	other := *p
	if other.Engine, err = deadline.New(rules, calendar); err != nil {
		t.Fatal(err)
	}
	return &other
}

func TestRecompute(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(day(12, 20), day(12, 10))
	w.cfg.Practice("adm").Policy = deadline.NextWorkingDay
	lines := func(body map[string]any) []string {
		got := w.do(post, "/api/v1/deadlines/recompute", body, "Authorization", "Bearer other").want(200)
		return strings.Split(strings.TrimSpace(string(got.body)), "\n")
	}
	dry := lines(map[string]any{"dry_run": true})
	want := `{"all":2,"seen":2,"moved":1,"added":0,"dropped":0,"done":true,"dry_run":true,"moves":[{"term":"answer","from":"2026-12-18","to":"2026-12-21","count":1}]}`
	if len(dry) != 1 || dry[0] != want {
		t.Errorf("the preview: %q", dry)
	}
	if d := w.do(get, "/api/v1/appeals/"+ids[0], nil).want(200).at("view.due"); d != "2026-12-18" {
		t.Errorf("the preview moved it to %v", d)
	}
	lines(map[string]any{})
	if d := w.do(get, "/api/v1/appeals/"+ids[0], nil).want(200).at("view.due"); d != "2026-12-21" {
		t.Errorf("it is due on %v", d)
	}
	trail := w.do(get, "/api/v1/appeals/"+ids[0]+"/history", nil).want(200)
	if trail.at("items.1.kind") != "deadline.moved" || trail.at("items.1.actor") != "clerk" || trail.at("items.1.data.was") != "2026-12-18" {
		t.Errorf("on record: %s", trail.body)
	}
	if row, err := w.journal.Due(t.Context(), journal.DeadlineQuery{Limit: 1}); err != nil || !row[0].Wake.Equal(row[0].Due.AddDays(-5).In(w.cfg.Practice("adm").Zone)) {
		t.Errorf("%+v, %v", row, err)
	}
	w.cfg.Practice("adm").Near[0].Days = 8
	if again := lines(map[string]any{}); !strings.Contains(again[0], `"moved":0`) {
		t.Errorf("again: %q", again)
	}
	if row, err := w.journal.Due(t.Context(), journal.DeadlineQuery{Limit: 1}); err != nil || !row[0].Wake.Equal(row[0].Due.AddDays(-8).In(w.cfg.Practice("adm").Zone)) {
		t.Errorf("at other distances: %+v, %v", row, err)
	}
	w.do(post, "/api/v1/deadlines/recompute", map[string]any{"organisation": "other"}).want(400)
	if got := w.do(post, "/api/v1/deadlines/recompute", map[string]any{"dry": true}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a mistyped member: %d", got.status)
	}
}

// TestRecomputeOtherRules: terms that move, that are new and that run no more are
// counted apart, and each is on record.
func TestRecomputeOtherRules(t *testing.T) {
	w := newWorld(t, nil)
	ids := w.terms(day(12, 20), day(11, 19))
	with := func(rules string) string {
		return "format: appealhub/deadline-rules/v1\nset: test\nversion: 1\nextends: [ru-59fz]\nrules: [" + rules + "]\n"
	}
	const control, plain = "{id: control, enabled: true, length: 5}", "{id: 59fz-answer, length: 30}"
	for _, c := range []struct{ rules, simulated, counted string }{
		{control, `{"seen":2,"moved":0,"added":2,"dropped":0,"breaches":1,`, `"moved":0,"added":2,"dropped":0,`},
		{plain, `{"seen":4,"moved":0,"added":0,"dropped":2,"breaches":0,`, `"moved":0,"added":0,"dropped":2,`},
	} {
		if got := w.do(post, "/api/v1/deadlines/simulate", map[string]any{"rules": with(c.rules)}).want(200); !strings.HasPrefix(string(got.body), c.simulated) {
			t.Errorf("simulated: %s, want %s", got.body, c.simulated)
		}
		rules, err := deadline.ParseRules([]byte(with(c.rules)))
		if err != nil {
			t.Fatal(err)
		}
		*w.cfg.Practice("adm") = *w.cfg.Practice("adm").With(rules, nil)
		for _, dry := range []bool{true, false} {
			got := w.do(post, "/api/v1/deadlines/recompute", map[string]any{"dry_run": dry}, "Authorization", "Bearer other").want(200)
			if !strings.Contains(string(got.body), c.counted) {
				t.Errorf("counted anew: %s, want %s", got.body, c.counted)
			}
		}
	}
	trail := w.do(get, "/api/v1/appeals/"+ids[0]+"/history", nil).want(200)
	for i, want := range []string{`{"term":"control","due":"2026-12-11"}`, `{"term":"control","due":"2026-12-11","dropped":true}`} {
		item := fmt.Sprintf("items.%d.", i+1)
		body, err := json.Marshal(trail.at(item + "data"))
		if err != nil {
			t.Fatal(err)
		}
		var got, wanted any
		if json.Unmarshal(body, &got) != nil || json.Unmarshal([]byte(want), &wanted) != nil || !reflect.DeepEqual(got, wanted) || trail.at(item+"actor") != "clerk" {
			t.Errorf("on record: %s, want %s", body, want)
		}
	}
}

// TestRecomputeUnwatched: open appeals that an earlier version planned are counted, for
// none of their terms is among those that move or are added.
func TestRecomputeUnwatched(t *testing.T) {
	w := newWorld(t, nil)
	count := &recount{server: w.handler, out: recomputed{DryRun: true}, moves: map[move]int{}}
	for _, v := range []journal.View{
		{ID: "a1", Organisation: "adm", Status: sdk.StatusInWork}, {ID: "a2", Organisation: "adm", Status: sdk.StatusAnswered},
		{ID: "a3", Organisation: "adm", Status: sdk.StatusInWork, Terms: "received=1796052192919740"},
	} {
		if err := count.visit(&v); err != nil {
			t.Fatal(err)
		}
	}
	if count.out.Unwatched != 1 || count.out.Seen != 3 {
		t.Errorf("got %+v", count.out)
	}
}

// TestUnreadableRecord: an appeal whose record can't be read stops no walk over all.
func TestUnreadableRecord(t *testing.T) {
	w := newWorld(t, nil)
	v := &journal.View{ID: "a1", Organisation: "adm", Terms: "from=the future"}
	w.handler.recounted(v, w.cfg.Practice("adm"), func(_, _ *deadline.Watched) { t.Error("a term was found") })
	if !strings.Contains(w.log.String(), "appeal=a1") {
		t.Errorf("the log: %s", w.log)
	}
}

// TestManyOrganisations: an error about one of a hundred thousand does not list them all.
func TestManyOrganisations(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Bodies = nil
		for i := range 100_000 {
			c.Bodies = append(c.Bodies, fmt.Sprintf("org%06d", i))
		}
	})
	for _, path := range []string{"/api/v1/deadlines", "/api/v1/deadlines/digest"} {
		got := w.do(get, path+"?organisation=nobody", nil).want(400)
		if body := got.body; len(body) > 2000 || !strings.Contains(string(body), "org000019 and 99980 more") {
			t.Errorf("%s: %d bytes: %.300s", path, len(body), body)
		}
	}
}
