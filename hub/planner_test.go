package hub

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

var msk = time.FixedZone("MSK", 3*60*60)

// at is a time of the tests' day.
func at(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, msk) }

func date(month time.Month, day int) sdk.Date { return sdk.Date{Year: 2026, Month: month, Day: day} }

// testLinks are a portal that wants files first, an EDMS, an archive that only
// takes appeals, and an asynchronous EDMS that also hears of statuses.
func testLinks() map[string]link.Abilities {
	return map[string]link.Abilities{
		"pos":     {AppealSource: true, StatusSink: true, AttachmentSink: true, Attacher: true, Acker: true, AttachmentsFirst: true},
		"rx":      {AppealSink: true, AttachmentSink: true, Attacher: true, StatusReader: true},
		"archive": {AppealSink: true},
		"async":   {AppealSink: true, AttachmentSink: true, AttachmentsFirst: true, StatusSink: true, StatusSource: true, Confirmer: true},
		"mail":    {AppealSource: true},
	}
}

// testPractice counts by what comes with the program; a term is near 5 days and a
// day before its end.
func testPractice(t interface {
	Helper()
	Fatal(args ...any)
}, zone *time.Location) *deadline.Practice {
	t.Helper()
	e, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return &deadline.Practice{Engine: e, Zone: zone, Near: []deadline.Distance{{Days: 5}, {Days: 1}}}
}

// termOf is the row of a term that a plan changes; zero where it changes none.
func termOf(p journal.Plan, term string) journal.Deadline {
	for _, d := range p.Deadlines {
		if d.Term == term {
			return d
		}
	}
	return journal.Deadline{}
}

func answerOf(p journal.Plan) journal.Deadline { return termOf(p, "answer") }

// testPlanner has the routes and organisations of every test here.
func testPlanner(t interface {
	Helper()
	Fatal(args ...any)
}) *planner {
	t.Helper()
	table, err := route.Compile([]route.Rule{
		{From: "pos", To: []string{"rx"}, When: `appeal.kind == "message" && appeal.organisation == "adm"`},
		{From: "pos", To: []string{"archive", "rx", "async"}, Lead: "rx", When: `appeal.kind == "appeal"`},
		{From: "api", To: []string{"async", "rx"}},
		{From: "mail", To: []string{"rx"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	orgs, err := newOrganisations([]organisation{
		{key: "adm", terms: testPractice(t, msk), codes: []string{"77", "7700000000"}},
		{key: "east", terms: testPractice(t, time.FixedZone("PETT", 12*60*60)), codes: []string{"41"}},
	}, testPractice(t, time.UTC), map[string]string{"mail": "east", "api": "adm"})
	if err != nil {
		t.Fatal(err)
	}
	return newPlanner(table, orgs, testLinks())
}

// world keeps the state between plans as a journal does.
type world struct {
	planner journal.Planner
	state   journal.State
	open    map[string]journal.Deadline
}

func newWorld(p journal.Planner) *world {
	return &world{planner: p, state: journal.State{Files: map[string]journal.FileState{}}, open: map[string]journal.Deadline{}}
}

func (w *world) plan(in journal.Input) journal.Plan {
	s := w.state
	if !s.Known() {
		s = journal.State{}
	}
	p := w.planner.Plan(s, in)
	var files []sdk.Attachment
	v := p.View
	switch {
	case in.Appeal != nil:
		files = in.Appeal.Attachments
		if !s.Known() {
			v.ID, v.Source, v.ReceivedAt = "a1", sdk.Ref{Link: in.Link, ID: "327441806"}, in.At
		}
		v.Kind = in.Appeal.Kind
		v.Revision++
	case in.Change != nil:
		files = in.Change.Attachments
	}
	v.Events++
	w.state.View = v
	for _, f := range files {
		if _, known := w.state.Files[f.ID]; !known {
			w.state.Files[f.ID] = (&draft{}).file(f)
		}
	}
	for _, d := range p.Deadlines {
		w.open[d.Term] = d
	}
	return p
}

// steps writes a plan's steps one a word: link.verb(attachment), ? for a held
// one.
func steps(p journal.Plan) string {
	var out []string
	for _, s := range p.Steps {
		word := s.Link + "." + string(s.Verb)
		if s.Attachment != "" {
			word += "(" + s.Attachment + ")"
		}
		if s.Held {
			word += "?"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func wantSteps(t *testing.T, p journal.Plan, want string) {
	t.Helper()
	if got := steps(p); got != want {
		t.Errorf("steps:\n got %s\nwant %s", got, want)
	}
}

func message(files ...sdk.Attachment) *sdk.Appeal {
	return &sdk.Appeal{
		Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "77"}, RegisteredAt: at(9, 0), Attachments: files,
	}
}

func received(a *sdk.Appeal) journal.Input {
	return journal.Input{Kind: journal.AppealReceived, At: at(10, 0), Link: "pos", Appeal: a}
}

func revised(a *sdk.Appeal) journal.Input {
	return journal.Input{Kind: journal.AppealRevised, At: at(14, 0), Link: "pos", Appeal: a}
}

func changed(from string, c sdk.StatusChange) journal.Input {
	return journal.Input{Kind: journal.StatusChanged, At: at(12, 0), Link: from, Change: &c}
}

func done(at string, verb journal.Verb, token string) journal.Input {
	return journal.Input{Kind: journal.DeliveryDone, At: time.Date(2026, 11, 20, 10, 30, 0, 0, msk), Link: at, Done: &journal.Delivery{Link: at, Verb: verb}, Token: token}
}

func pending(id string) sdk.Attachment { return sdk.Attachment{ID: id, Locator: "l"} }
func stored(id string) sdk.Attachment  { return sdk.Attachment{ID: id, SHA256: "ab"} }
func missing(id string) sdk.Attachment { return sdk.Attachment{ID: id, Missing: "gone"} }

// TestDone: what a delivery that was taken leads to.
func TestDone(t *testing.T) {
	for name, c := range map[string]struct {
		in     journal.Input
		status sdk.Status
		steps  string
	}{
		"the lead takes the appeal":             {done("rx", journal.VerbAppeal, ""), sdk.StatusDelivered, ""},
		"another target takes it":               {done("archive", journal.VerbAppeal, ""), sdk.StatusReceived, ""},
		"the lead takes a file":                 {done("rx", journal.VerbAttachment, ""), sdk.StatusReceived, ""},
		"a token that can be asked about":       {done("async", journal.VerbAppeal, "t1"), sdk.StatusReceived, "async.confirm"},
		"a token of a link that can't be asked": {done("rx", journal.VerbAppeal, "t1"), sdk.StatusDelivered, ""},
		"the token of a confirmation":           {done("async", journal.VerbConfirm, "t1"), sdk.StatusReceived, ""},
		"the source takes a status":             {done("pos", journal.VerbStatus, ""), sdk.StatusReceived, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(testPlanner(t))
			a := message()
			a.Kind = sdk.KindAppeal
			w.plan(received(a))
			p := w.plan(c.in)
			wantSteps(t, p, c.steps)
			if p.View.Status != c.status || p.Reason != "" || len(p.Deadlines) != 0 {
				t.Errorf("got %s, %q, %v", p.View.Status, p.Reason, p.Deadlines)
			}
		})
	}
}

// TestDeliveredComesLate: a status that overtook the receipt stands.
func TestDeliveredComesLate(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(message()))
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusRegistered, At: at(10, 5)}))
	if p := w.plan(done("rx", journal.VerbAppeal, "")); p.View.Status != sdk.StatusRegistered {
		t.Errorf("got %s", p.View.Status)
	}
}

// TestNothingToPlan: other kinds of events leave the view as it is.
func TestNothingToPlan(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(message()))
	before := w.state.View
	p := w.planner.Plan(w.state, journal.Input{Kind: journal.AttachmentStored, At: at(11, 0), Link: "pos"})
	if diff := cmp.Diff(journal.Plan{View: before}, p); diff != "" {
		t.Error(diff)
	}
}

// TestLinkGone: a link that configuration no longer has gets nothing, and stays
// in the view.
func TestLinkGone(t *testing.T) {
	p := testPlanner(t)
	w := newWorld(p)
	a := message()
	a.Kind = sdk.KindAppeal
	w.plan(received(a))
	delete(p.links, "rx")
	delete(p.links, "pos")
	again := w.plan(revised(a))
	wantSteps(t, again, "archive.appeal async.appeal")
	if diff := cmp.Diff([]string{"archive", "rx", "async"}, again.View.Targets); diff != "" || again.View.Lead != "rx" {
		t.Errorf("lead %s, targets %s", again.View.Lead, diff)
	}
	late := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0)}))
	wantSteps(t, late, "")
	if late.View.Status != sdk.StatusInWork {
		t.Errorf("got %s", late.View.Status)
	}
}

func TestCheckRoutes(t *testing.T) {
	err := checkRoutes([]route.Rule{{From: "pos", To: []string{"rx", "mail"}}, {From: "mail", To: []string{"pos", "gone"}}}, testLinks())
	want := "routes[0]: to: the connector of mail takes no appeals\nroutes[1]: to: the connector of pos takes no appeals"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// TestFailingConditionIsReported: the planner goes on to the next rule and says
// so.
func TestFailingConditionIsReported(t *testing.T) {
	p := testPlanner(t)
	table, err := route.Compile([]route.Rule{
		{From: "pos", To: []string{"archive"}, When: `1 / appeal.rework.round == 1`},
		{From: "pos", To: []string{"rx"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.routes = table
	var told []error
	for _, report := range []func(error){nil, func(err error) { told = append(told, err) }} {
		p.report = report
		wantSteps(t, newWorld(p).plan(received(message())), "rx.appeal")
	}
	if len(told) != 1 || !strings.Contains(errors.Join(told...).Error(), "routes[0]: when:") {
		t.Errorf("told %v", fmt.Sprint(told))
	}
}

// TestWrongClock: what a node with a clock that is ahead has recorded makes no
// status stale that a system dates by its own.
func TestWrongClock(t *testing.T) {
	w := newWorld(testPlanner(t))
	ahead := func(in journal.Input) journal.Input {
		in.At = in.At.Add(time.Hour)
		return in
	}
	w.plan(ahead(received(message())))
	w.plan(ahead(changed("rx", sdk.StatusChange{ID: "a", Status: sdk.StatusInWork})))
	answer := sdk.StatusChange{ID: "b", Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, At: at(12, 0)}
	if p := w.plan(changed("rx", answer)); p.Reason != journal.ReasonNone || p.View.Status != sdk.StatusAnswered || !p.View.StatusAt.Equal(answer.At) {
		t.Errorf("got %s of %v, %q", p.View.Status, p.View.StatusAt, p.Reason)
	}
}
