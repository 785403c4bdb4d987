package hub

import (
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// answeredOn answers the appeal so many days after its registration.
func answeredOn(day int) journal.Input {
	return changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(12, 0).AddDate(0, 0, day)})
}

// answerTerm is the term of the answer as it is explained after a plan.
func answerTerm(t *testing.T, p journal.Plan) deadline.Term {
	t.Helper()
	r := record(t, p)
	all := testPlanner(t).orgs.practice("adm").Terms(&r, p.View.Kind)
	answer, ok := all.Find(deadline.Answer)
	if !ok {
		t.Fatalf("no term of the answer: %s", p.View.Terms)
	}
	return answer
}

// TestAnsweredAgain: the term of the answer is met by the first one, whatever is
// asked for and answered later.
func TestAnsweredAgain(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	w.plan(answeredOn(20))
	w.plan(changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: at(14, 0).AddDate(0, 0, 35)}))
	p := w.plan(answeredOn(40))
	if a := answerTerm(t, p); a.Late || a.Ended.Event != deadline.Answered || a.Ended.Date != date(11, 20).AddDays(20) {
		t.Errorf("%+v, late %v", a.Ended, a.Late)
	}
	if d := termOf(p, "rework"); d.Open || d.Term == "" {
		t.Errorf("rework: %+v", d)
	}
}

// TestAnswerTakenBack: an answer that the EDMS takes back was never given.
func TestAnswerTakenBack(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	w.plan(answeredOn(5))
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0).AddDate(0, 0, 6)}))
	if r := record(t, p); !r.First.IsZero() || !r.Answered.IsZero() || !answerOf(p).Open {
		t.Errorf("open again: %s, %s", p.View.Terms, rows(p))
	}
	p = w.plan(answeredOn(50))
	if r := record(t, p); !r.FirstLate || !answerTerm(t, p).Late {
		t.Errorf("answered late: %s", p.View.Terms)
	}
}

// TestSourceRepeats: the source's date said again changes nothing, an extension by
// the EDMS least of all.
func TestSourceRepeats(t *testing.T) {
	w := newWorld(testPlanner(t))
	a := legal()
	a.AnswerBy = date(12, 18)
	w.plan(received(a))
	w.plan(changed("rx", sdk.StatusChange{AnswerBy: date(12, 30), At: at(12, 0).AddDate(0, 0, 20)}))
	p := w.plan(changed("pos", sdk.StatusChange{AnswerBy: date(12, 18), Rating: sdk.Rating{Value: 4}, At: at(12, 0).AddDate(0, 0, 21)}))
	if p.View.Due != date(12, 30) {
		t.Errorf("due %s", p.View.Due)
	}
	p = w.plan(changed("pos", sdk.StatusChange{AnswerBy: date(12, 24), Rating: sdk.Rating{Value: 5}, At: at(12, 0).AddDate(0, 0, 22)}))
	if p.View.Due != date(12, 24) {
		t.Errorf("a new date: due %s", p.View.Due)
	}
}

// TestRefusedIsNoReturn: a refusal ends the term of the answer, and is no return to
// the applicant under art. 8.
func TestRefusedIsNoReturn(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusRefused, At: at(12, 0).AddDate(0, 0, 20)}))
	r := record(t, p)
	all := testPlanner(t).orgs.practice("adm").Terms(&r, p.View.Kind)
	if back, ok := all.Find(deadline.Return); !ok || !back.Ended.Date.IsZero() || back.OnlyIf == "" {
		t.Errorf("return: %+v", back)
	}
	if a := answerTerm(t, p); a.Ended.Event != deadline.LeftUnanswered || a.Late {
		t.Errorf("answer: %+v", a.Ended)
	}
}

// TestEndedOtherwise: how the work was ended before repeated consideration was asked
// for stays, whatever ends it again; a refusal that became an answer was none.
func TestEndedOtherwise(t *testing.T) {
	on := func(s sdk.Status, day int) journal.Input {
		return changed("rx", sdk.StatusChange{Status: s, At: at(12, 0).AddDate(0, 0, day)})
	}
	again := changed("pos", sdk.StatusChange{Status: sdk.StatusRework, At: at(14, 0).AddDate(0, 0, 35)})
	for name, c := range map[string]struct {
		does []journal.Input
		by   deadline.Event
		late bool
	}{
		"refused, and refused again":     {[]journal.Input{on(sdk.StatusRefused, 20), again, on(sdk.StatusRefused, 45)}, deadline.LeftUnanswered, false},
		"refused late, and again":        {[]journal.Input{on(sdk.StatusRefused, 33), again, on(sdk.StatusRefused, 45)}, deadline.LeftUnanswered, true},
		"forwarded, and then refused":    {[]journal.Input{on(sdk.StatusForwarded, 20), again, on(sdk.StatusRefused, 45)}, deadline.Forwarded, false},
		"refused, and answered late":     {[]journal.Input{on(sdk.StatusRefused, 5), on(sdk.StatusAnswered, 50)}, deadline.Answered, true},
		"refused, and answered in time":  {[]journal.Input{on(sdk.StatusRefused, 5), on(sdk.StatusAnswered, 20)}, deadline.Answered, false},
		"refused, taken up and answered": {[]journal.Input{on(sdk.StatusRefused, 5), on(sdk.StatusInWork, 6), on(sdk.StatusAnswered, 50)}, deadline.Answered, true},
	} {
		w := newWorld(testPlanner(t))
		w.plan(received(legal()))
		var p journal.Plan
		for _, in := range c.does {
			p = w.plan(in)
		}
		if a := answerTerm(t, p); a.Ended.Event != c.by || a.Late != c.late {
			t.Errorf("%s: ended by %q on %s, late %v", name, a.Ended.Event, a.Ended.Date, a.Late)
		}
	}
}

// TestToldAnew: that the applicant was told of a refusal says nothing of the
// forwarding after it.
func TestToldAnew(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusRefused, At: at(12, 0)}))
	w.plan(journal.Input{Kind: journal.DeliveryDone, At: at(13, 0), Link: "pos", Done: &journal.Delivery{Link: "pos", Verb: journal.VerbStatus}, Told: 2})
	w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(14, 0)}))
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusForwarded, At: at(15, 0)}))
	if n := termOf(p, "notice"); !n.Open {
		t.Errorf("%s", rows(p))
	}
}

// TestForwardedLate: that it was forwarded shows that the term of the forwarding
// binds; one whose condition nobody knows is not told to be late.
func TestForwardedLate(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	p := w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusForwarded, At: at(12, 0).AddDate(0, 0, 20)}))
	r := record(t, p)
	all := testPlanner(t).orgs.practice("adm").Terms(&r, p.View.Kind)
	if f, _ := all.Find(deadline.Forwarding); !f.Late || f.OnlyIf != "" {
		t.Errorf("forwarding: %+v", f)
	}
	r.Forwarded, r.Notified = deadline.Moment{}, deadline.At(at(12, 0).AddDate(0, 0, 20))
	all = testPlanner(t).orgs.practice("adm").Terms(&r, p.View.Kind)
	n, _ := all.Find(deadline.Notice)
	if text := all.Explain(); n.Late || !strings.Contains(text, "Ended: notified on 2026-12-10 (Thursday).") {
		t.Errorf("notice: %+v\n%s", n, text)
	}
}

// TestGroundTakenBack: a ground that was noted by mistake is taken back; what had
// passed of a term that does not run is withdrawn, and told again with it.
func TestGroundTakenBack(t *testing.T) {
	w := newWorld(testPlanner(t))
	w.plan(received(legal()))
	clock := func(n *journal.Noted) journal.Plan {
		return w.plan(journal.Input{At: date(12, 22).In(msk).Add(time.Hour), Clock: &journal.Clock{Appeal: "a1", Noted: n}})
	}
	clock(nil) // it has passed
	p := clock(&journal.Noted{Category: "unreadable"})
	if len(p.Notices) != 1 || p.Notices[0].News != sdk.DeadlineWithdrawn || p.Notices[0].Was != date(12, 18) || answerOf(p).Open {
		t.Errorf("noted: %+v, %s", p.Notices, rows(p))
	}
	p = clock(&journal.Noted{Category: deadline.NoGround})
	if r := record(t, p); r.Ground != "" || !answerOf(p).Open || p.View.Due != date(12, 18) {
		t.Errorf("taken back: %s, %s", p.View.Terms, rows(p))
	}
	if p = clock(nil); len(p.Notices) == 0 || p.Notices[len(p.Notices)-1].News != sdk.DeadlinePassed {
		t.Errorf("told again: %+v", p.Notices)
	}
}
