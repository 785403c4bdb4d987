package hub

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// legal is an appeal under 59-ФЗ that was received and registered at ten.
func legal() *sdk.Appeal {
	a := message()
	a.Kind, a.ReceivedAt, a.RegisteredAt = sdk.KindAppeal, at(9, 0), at(10, 0)
	return a
}

// record is what is kept of the terms after a plan.
func record(t *testing.T, p journal.Plan) deadline.Record {
	t.Helper()
	r, err := deadline.ParseRecord(p.View.Terms)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rows writes the rows that a plan changes: term, date, and a mark while open.
func rows(p journal.Plan) string {
	var out []string
	for _, d := range p.Deadlines {
		word := d.Term + "=" + d.Due.String()[5:]
		if d.Open {
			word += "?"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// TestTermsFollowStatuses: each status moves the terms that it is about.
func TestTermsFollowStatuses(t *testing.T) {
	status := func(s sdk.Status, c sdk.StatusChange) journal.Input {
		c.Status, c.At = s, at(12, 0).AddDate(0, 0, 1)
		return changed("rx", c)
	}
	for name, c := range map[string]struct {
		does []journal.Input
		want string // the rows that the last one changes
		due  sdk.Date
	}{
		"answered in time":    {[]journal.Input{status(sdk.StatusAnswered, sdk.StatusChange{})}, "answer=12-18", date(12, 18)},
		"refused":             {[]journal.Input{status(sdk.StatusRefused, sdk.StatusChange{})}, "answer=12-18", date(12, 18)},
		"left without answer": {[]journal.Input{status(sdk.StatusLeftUnanswered, sdk.StatusChange{})}, "answer=12-18", date(12, 18)},
		"forwarded: the applicant is to be told": {[]journal.Input{status(sdk.StatusForwarded, sdk.StatusChange{})},
			"forwarding=11-27 notice=11-27? answer=12-18", date(12, 18)},
		"extended: with the notice that must precede it": {[]journal.Input{status("", sdk.StatusChange{AnswerBy: date(12, 28)})},
			"answer=12-28? extension_notice=12-18?", date(12, 28)},
		"an interim answer promises a date": {[]journal.Input{status(sdk.StatusPostponed, sdk.StatusChange{PostponedTo: date(12, 10)})}, "interim=12-10?", date(12, 18)},
		"closed: nothing is waited for": {[]journal.Input{status(sdk.StatusForwarded, sdk.StatusChange{}), changed("pos", sdk.StatusChange{Status: sdk.StatusClosed, At: at(13, 0).AddDate(0, 0, 1)})},
			"notice=11-27", date(12, 18)},
		"rework after the answer": {[]journal.Input{status(sdk.StatusAnswered, sdk.StatusChange{}), changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: at(14, 0).AddDate(0, 0, 4)})},
			"rework=12-24?", date(12, 24)},
		"and its answer": {[]journal.Input{
			status(sdk.StatusAnswered, sdk.StatusChange{}), changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: at(14, 0).AddDate(0, 0, 4)}),
			changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(15, 0).AddDate(0, 0, 5)}),
		}, "rework=12-24", date(12, 24)},
	} {
		w := newWorld(testPlanner(t))
		w.plan(received(legal()))
		var p journal.Plan
		for _, in := range c.does {
			p = w.plan(in)
		}
		if got := rows(p); got != c.want || p.View.Due != c.due {
			t.Errorf("%s: %q, due %s; want %q, %s", name, got, p.View.Due, c.want, c.due)
		}
	}
}

// TestRegistrationByTheEDMS: the term of the answer runs from it; without one it
// runs from the receipt, and that none came is seen.
func TestRegistrationByTheEDMS(t *testing.T) {
	came := legal()
	came.RegisteredAt = time.Time{}
	for name, c := range map[string]struct {
		change sdk.StatusChange
		want   string
	}{
		"registered two days later":        {sdk.StatusChange{Status: sdk.StatusRegistered, At: at(9, 0).AddDate(0, 0, 2)}, "registration=11-23 answer=12-22?"},
		"in work, so it is registered":     {sdk.StatusChange{Status: sdk.StatusInWork, At: at(9, 0).AddDate(0, 0, 2)}, "registration=11-23 answer=12-22?"},
		"in work after the term":           {sdk.StatusChange{Status: sdk.StatusInWork, At: at(9, 0).AddDate(0, 0, 9)}, ""},
		"registered at a bare date":        {sdk.StatusChange{Status: sdk.StatusRegistered, At: time.Date(2026, 11, 20, 0, 0, 0, 0, msk)}, "registration=11-23"},
		"a number alone registers nothing": {sdk.StatusChange{Number: sdk.Number{Value: "1"}, At: at(9, 0)}, ""},
	} {
		w := newWorld(testPlanner(t))
		if got := rows(w.plan(received(came))); got != "registration=11-23? answer=12-18?" {
			t.Fatalf("at first: %s", got)
		}
		if got := rows(w.plan(changed("rx", c.change))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestTheApplicantIsTold: what reaches the portal reaches the applicant.
func TestTheApplicantIsTold(t *testing.T) {
	w := newWorld(testPlanner(t))
	told := func(link string, sequence int64) string {
		return rows(w.plan(journal.Input{Kind: journal.DeliveryDone, At: at(15, 0), Link: link, Done: &journal.Delivery{Link: link, Verb: journal.VerbStatus}, Told: sequence}))
	}
	w.plan(received(legal()))                                                           // 1
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(11, 0)}))    // 2
	w.plan(changed("rx", sdk.StatusChange{AnswerBy: date(12, 28), At: at(12, 0)}))      // 3
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusForwarded, At: at(14, 0)})) // 4
	for _, c := range []struct {
		link     string
		sequence int64
		want     string
	}{{"pos", 2, ""}, {"async", 4, ""}, {"pos", 3, "extension_notice=12-18"}, {"pos", 4, "notice=11-27"}} {
		if got := told(c.link, c.sequence); got != c.want {
			t.Errorf("%s is told of %d: %q, want %q", c.link, c.sequence, got, c.want)
		}
	}
}

// TestClockTells: links are told that hold the appeal, and those that only listen.
func TestClockTells(t *testing.T) {
	planner := testPlanner(t)
	rx := planner.links["rx"]
	rx.DeadlineSink = true
	planner.links["rx"] = rx
	planner.links["hook"] = link.Abilities{DeadlineSink: true, Checker: true}
	planner.links["east-hook"] = link.Abilities{DeadlineSink: true}
	planner.orgs.byLink["east-hook"] = "east"
	planner.links["other"] = link.Abilities{DeadlineSink: true, AppealSink: true}
	w := newWorld(planner)
	w.plan(received(message()))
	clock := func(month time.Month, day int) journal.Plan {
		return w.plan(journal.Input{At: date(month, day).In(msk), Clock: &journal.Clock{Appeal: "a1"}})
	}
	if p := clock(12, 12); len(p.Notices) != 0 || !answerOf(p).Wake.Equal(date(12, 13).In(msk)) {
		t.Errorf("too soon: %+v, %+v", p.Notices, p.Deadlines)
	}
	near := clock(12, 13)
	want := []journal.Notice{{News: sdk.DeadlineNear, Term: "answer", Due: date(12, 18), Ahead: "5d", Links: []string{"hook", "rx"}}}
	if diff := cmp.Diff(want, near.Notices); diff != "" || near.View.Status != sdk.StatusReceived {
		t.Error(diff)
	}
	if d := answerOf(near); !d.Wake.Equal(date(12, 17).In(msk)) {
		t.Errorf("wakes at %v", d.Wake)
	}
	p := clock(12, 25)
	if len(p.Notices) != 2 || p.Notices[0].Ahead != "1d" || p.Notices[1].News != sdk.DeadlinePassed || !answerOf(p).Passed || !answerOf(p).Wake.IsZero() {
		t.Errorf("after a week off: %+v, %+v", p.Notices, p.Deadlines)
	}
	if p := clock(12, 26); len(p.Notices) != 0 {
		t.Errorf("again: %+v", p.Notices)
	}
	later := w.plan(changed("rx", sdk.StatusChange{AnswerBy: date(12, 30), At: at(12, 0)}))
	want = []journal.Notice{{News: sdk.DeadlineWithdrawn, Term: "answer", Due: date(12, 30), Was: date(12, 18), Links: []string{"hook", "rx"}}}
	if diff := cmp.Diff(want, later.Notices); diff != "" {
		t.Error(diff)
	}
}

// TestRecompute: another calendar moves what is open, and says so.
func TestRecompute(t *testing.T) {
	planner := testPlanner(t)
	w := newWorld(planner)
	w.plan(received(message()))
	again := func() journal.Plan {
		return w.plan(journal.Input{At: at(12, 0), Clock: &journal.Clock{Appeal: "a1", Recompute: true}})
	}
	if p := again(); len(p.Notices) != 0 {
		t.Errorf("nothing has changed: %+v", p.Notices)
	}
	planner.orgs.byKey["adm"].terms.Policy = deadline.NextWorkingDay
	p := again()
	want := []journal.Notice{{News: sdk.DeadlineMoved, Term: "answer", Due: date(12, 21), Was: date(12, 18)}}
	if diff := cmp.Diff(want, p.Notices); diff != "" || p.View.Due != date(12, 21) || rows(p) != "answer=12-21?" {
		t.Errorf("due %s, %s, %s", p.View.Due, rows(p), diff)
	}
}

// TestProvisionalIsTold: news of a date that may still change says so, and so does its
// row.
func TestProvisionalIsTold(t *testing.T) {
	w := newWorld(testPlanner(t))
	a := message()
	a.RegisteredAt = date(12, 20).In(msk)
	p := w.plan(received(a))
	due := answerOf(p).Due
	if due.Year != 2027 || !answerOf(p).Provisional {
		t.Fatalf("%+v", answerOf(p))
	}
	p = w.plan(journal.Input{At: due.AddDays(-1).In(msk), Clock: &journal.Clock{Appeal: "a1"}})
	if len(p.Notices) != 1 || !p.Notices[0].Provisional {
		t.Errorf("%+v", p.Notices)
	}
}

// TestRecomputeOtherRules: a term that only other rules have, and one that they have
// no more, are on record as moved too.
func TestRecomputeOtherRules(t *testing.T) {
	planner := testPlanner(t)
	w := newWorld(planner)
	w.plan(received(message()))
	again := func(rule string) []journal.Notice {
		rules, err := deadline.ParseRules([]byte("format: appealhub/deadline-rules/v1\nset: test\nversion: 1\nextends: [ru-59fz, ru-pos]\nrules: [" + rule + "]\n"))
		if err != nil {
			t.Fatal(err)
		}
		practice := planner.orgs.byKey["adm"].terms
		*practice = *practice.With(rules, nil)
		return w.plan(journal.Input{At: at(12, 0), Clock: &journal.Clock{Appeal: "a1", Recompute: true}}).Notices
	}
	added := []journal.Notice{{News: sdk.DeadlineMoved, Term: "control", Due: date(12, 11)}}
	if diff := cmp.Diff(added, again("{id: control, enabled: true, length: 5}")); diff != "" {
		t.Errorf("added: %s", diff)
	}
	dropped := []journal.Notice{{News: sdk.DeadlineMoved, Term: "control", Due: date(12, 11), Dropped: true}}
	if diff := cmp.Diff(dropped, again("")); diff != "" {
		t.Errorf("dropped: %s", diff)
	}
	if diff := cmp.Diff(added, again("{id: control, enabled: true, length: 5}")); diff != "" {
		t.Errorf("added again: %s", diff)
	}
}

// TestOtherDistances: rows of before are told at the distances that are configured
// now, and none stands in the way of others.
func TestOtherDistances(t *testing.T) {
	planner := testPlanner(t)
	w := newWorld(planner)
	w.plan(received(message()))
	planner.orgs.byKey["adm"].terms.Near = []deadline.Distance{{Days: 1}}
	p := w.plan(journal.Input{At: date(12, 13).In(msk), Clock: &journal.Clock{Appeal: "a1"}})
	if d := answerOf(p); len(p.Notices) != 0 || !d.Wake.Equal(date(12, 17).In(msk)) {
		t.Errorf("%+v, %+v", p.Notices, d)
	}
}

// TestBrokenRecord: what is kept of the terms and can't be read stays as it is.
func TestBrokenRecord(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(message()))
	w.state.View.Terms = "from=the future"
	for _, in := range []journal.Input{
		changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0)}), {At: date(12, 30).In(msk), Clock: &journal.Clock{Appeal: "a1"}},
	} {
		if p := w.plan(in); p.View.Terms != "from=the future" || len(p.Deadlines) != 0 || len(p.Notices) != 0 {
			t.Errorf("%q, %+v, %+v", p.View.Terms, p.Deadlines, p.Notices)
		}
	}
}

// TestDatesOfTheEDMS: one that is no later than the term's unmoved end extends
// nothing, nor does one of repeated consideration, nor one that is said again
// after the portal has set its own.
func TestDatesOfTheEDMS(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	tell := func(due sdk.Date) journal.Plan {
		return w.plan(changed("rx", sdk.StatusChange{AnswerBy: due, At: at(12, 0)}))
	}
	if p := tell(date(12, 20)); rows(p) != "" || len(record(t, p).Extensions) != 0 {
		t.Errorf("the Sunday on which it ends unmoved: %s", rows(p))
	}
	if p := tell(date(12, 28)); rows(p) != "answer=12-28? extension_notice=12-18?" {
		t.Errorf("later: %s", rows(p))
	}
	if p := tell(date(12, 28)); rows(p) != "" || len(record(t, p).Extensions) != 1 {
		t.Errorf("again: %s", rows(p))
	}
	revision := *legal()
	revision.AnswerBy, revision.Text = date(12, 24), "Дополнение"
	w.plan(revised(&revision))
	if p := tell(date(12, 28)); p.View.Due != date(12, 24) {
		t.Errorf("after the portal's own date: %s, due %s", rows(p), p.View.Due)
	}
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(13, 0)}))
	w.plan(changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: at(14, 0).AddDate(0, 0, 10)}))
	if p := tell(date(12, 31)); rows(p) != "" || len(p.Notices) != 0 {
		t.Errorf("of the rework: %s", rows(p))
	}
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusLeftUnanswered, At: at(15, 0).AddDate(0, 0, 11)}))
	if d := termOf(p, "rework"); d.Term == "" || d.Open {
		t.Errorf("left without an answer: %s", rows(p))
	}
}

// TestTermsOfBefore: an appeal that was planned without a record keeps its date.
func TestTermsOfBefore(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(message()))
	w.state.View.Terms, w.state.View.Due = "", date(12, 15)
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0)}))
	if p.View.Due != date(12, 15) || rows(p) != "answer=12-15?" {
		t.Errorf("due %s, %s", p.View.Due, rows(p))
	}
	w.state.View.Terms, w.state.View.Status, w.state.View.StatusAt = "", sdk.StatusAnswered, at(11, 0)
	if p := w.plan(changed("pos", sdk.StatusChange{Rating: sdk.Rating{Value: 5}, At: at(12, 0)})); answerOf(p).Open {
		t.Errorf("answered before: %s", rows(p))
	}
	w.state.View.Terms, w.state.View.Status = "", sdk.StatusInWork
	p = w.plan(journal.Input{At: at(12, 0), Clock: &journal.Clock{Appeal: "a1", Recompute: true}})
	if d := answerOf(p); !d.Open || d.Wake.IsZero() || len(p.Notices) != 0 {
		t.Errorf("counted anew: %+v, %+v", p.Deadlines, p.Notices)
	}
}

// TestMidnights: midnight in a zone of its own is a date; in UTC it is doubtful,
// and told as such.
func TestMidnights(t *testing.T) {
	a := legal()
	a.ReceivedAt, a.RegisteredAt = time.Date(2026, 11, 20, 0, 0, 0, 0, msk), time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	planner := testPlanner(t)
	p := newWorld(planner).plan(received(a))
	r := record(t, p)
	if r.Received != deadline.On(date(11, 20)) {
		t.Errorf("received %+v", r.Received)
	}
	terms := planner.orgs.practice("adm").Terms(&r, sdk.KindAppeal)
	if len(terms.Warnings) != 1 || terms.Warnings[0].Code != deadline.WarnMidnight {
		t.Errorf("warnings: %+v", terms.Warnings)
	}
}

// TestNoted: what an official did starts and ends terms; a ground stands over the
// source's categories.
func TestNoted(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	note := func(n journal.Noted) journal.Plan {
		return w.plan(journal.Input{At: at(12, 0), Clock: &journal.Clock{Appeal: "a1", Noted: &n}})
	}
	if d := termOf(note(journal.Noted{Event: "documents_requested", Date: date(11, 20)}), "documents"); !d.Open || d.Due != date(12, 4) {
		t.Errorf("documents asked for: %+v", d) // the fifteenth day is a Saturday
	}
	if d := termOf(note(journal.Noted{Event: "documents_supplied", At: at(12, 0).AddDate(0, 0, 3)}), "documents"); d.Term == "" || d.Open {
		t.Errorf("and given: %+v", d)
	}
	p := note(journal.Noted{Category: "unreadable"})
	if a, n := answerOf(p), termOf(p, "notice"); a.Open || !n.Open || n.Due != date(11, 27) {
		t.Errorf("it can't be read: %s", rows(p))
	}
	again := *legal()
	again.Subcategory.ID, again.Text = "12.5", "Дополнение"
	if r := record(t, w.plan(revised(&again))); r.Ground != "unreadable" {
		t.Errorf("after a revision: %+v", r)
	}
}

// TestSuspended: while the work is suspended nothing is due and nothing is told; then
// as many days are added, and what had passed is taken back.
func TestSuspended(t *testing.T) {
	planner := testPlanner(t)
	rules, err := deadline.ParseRules([]byte("format: appealhub/deadline-rules/v1\nset: test\nversion: 1\nextends: [ru-59fz, ru-pos]\nrules:\n- {id: 59fz-answer, pauses: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	terms := planner.orgs.practice("adm")
	*terms = *terms.With(rules, nil)
	w := newWorld(planner)
	w.plan(received(legal()))
	clock := func(on sdk.Date, n *journal.Noted) journal.Plan {
		return w.plan(journal.Input{At: on.In(msk).Add(time.Hour), Clock: &journal.Clock{Appeal: "a1", Noted: n}})
	}
	clock(date(12, 20), nil) // it has passed
	p := clock(date(12, 21), &journal.Noted{Event: "suspended", Date: date(12, 1)})
	want := []journal.Notice{{News: sdk.DeadlineWithdrawn, Term: "answer", Due: date(12, 18), Was: date(12, 18), Dropped: true}}
	if diff := cmp.Diff(want, p.Notices); diff != "" || rows(p) != "registration=11-23 answer=12-18" || !p.View.Due.IsZero() {
		t.Errorf("suspended: %s, due %s, %s", rows(p), p.View.Due, diff)
	}
	if p = clock(date(12, 22), nil); len(p.Notices) != 0 {
		t.Errorf("told meanwhile: %+v", p.Notices)
	}
	if p = clock(date(12, 22), &journal.Noted{Event: "resumed", Date: date(11, 30)}); rows(p) != "registration=11-23 answer=12-18" || !p.View.Due.IsZero() {
		t.Errorf("resumed before: %s, due %s", rows(p), p.View.Due)
	}
	p = clock(date(12, 22), &journal.Noted{Event: "resumed", Date: date(12, 10)})
	if len(p.Notices) != 0 || rows(p) != "registration=11-23 answer=12-29?" || p.View.Due != date(12, 29) {
		t.Errorf("resumed: %s, due %s, %+v", rows(p), p.View.Due, p.Notices)
	}
}

// TestFirstAnswer: when it was given, and whether in time, stays on record, whatever
// follows.
func TestFirstAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		day  int // after the registration
		late bool
	}{"in time": {28, false}, "late": {29, true}} { // the thirtieth is a Sunday
		w := newWorld(testPlanner(t))
		w.plan(received(legal()))
		answered := at(12, 0).AddDate(0, 0, c.day)
		w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: answered}))
		w.plan(changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: answered.AddDate(0, 0, 1)}))
		r := record(t, w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: answered.AddDate(0, 0, 2)})))
		if !r.First.At.Equal(answered) || !r.Answered.At.Equal(answered.AddDate(0, 0, 2)) || r.FirstLate != c.late || r.Reworks != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
