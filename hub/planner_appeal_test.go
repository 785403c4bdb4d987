package hub

import (
	"fmt"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestNewAppeal(t *testing.T) {
	for name, c := range map[string]struct {
		appeal sdk.Appeal
		link   string
		steps  string
		reason journal.Reason
		lead   string
		org    string
		due    sdk.Date
	}{
		"to one link": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "77"}, RegisteredAt: at(9, 0)}, "pos",
			"rx.appeal", "", "rx", "adm", date(12, 18),
		},
		"files: fetched, held while pending, sent when stored, left when missing": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "77"}, Attachments: []sdk.Attachment{pending("1"), stored("2"), missing("3"), pending("1")}}, "pos",
			"pos.fetch(1) rx.appeal rx.attachment(1)? rx.attachment(2)", "", "rx", "adm", date(12, 18),
		},
		"to three, files first where the spec says so, none where they are not taken": {
			sdk.Appeal{Kind: sdk.KindAppeal, Addressee: sdk.Addressee{Code: "77"}, Attachments: []sdk.Attachment{pending("1")}}, "pos",
			"pos.fetch(1) archive.appeal rx.appeal rx.attachment(1)? async.attachment(1)? async.appeal", "", "rx", "adm", date(12, 18),
		},
		"by taxpayer number": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{INN: "7700000000"}}, "pos", "rx.appeal", "", "rx", "adm", date(12, 18),
		},
		"the link names the organisation; its day has begun in the east": {
			sdk.Appeal{Kind: sdk.KindMessage, RegisteredAt: at(23, 30)}, "mail", "rx.appeal", "", "rx", "east", date(12, 21),
		},
		"from the api, which fetches nothing": {
			sdk.Appeal{Kind: sdk.KindAppeal, Attachments: []sdk.Attachment{stored("1")}}, "api", "async.attachment(1) async.appeal rx.appeal rx.attachment(1)", "", "async", "adm", date(12, 18),
		},
		"a file that nobody can fetch goes nowhere": {
			sdk.Appeal{Kind: sdk.KindMessage, Attachments: []sdk.Attachment{pending("1")}}, "mail", "rx.appeal", "", "rx", "east", date(12, 18),
		},
		"the portal's own term": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "77"}, RegisteredAt: at(9, 0), AnswerBy: date(11, 30)}, "pos", "rx.appeal", "", "rx", "adm", date(11, 30),
		},
		"nobody's: parked, with its files fetched and its term watched": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "99"}, RegisteredAt: at(1, 0), Attachments: []sdk.Attachment{pending("1")}}, "pos",
			"pos.fetch(1)", journal.ReasonNoOrganisation, "", "", date(12, 18),
		},
		"two codes that disagree": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "41", INN: "7700000000"}}, "pos", "", journal.ReasonNoOrganisation, "", "", date(12, 18),
		},
		"no route": {
			sdk.Appeal{Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "41"}, Attachments: []sdk.Attachment{pending("1")}}, "pos",
			"pos.fetch(1)", journal.ReasonNoRoute, "", "east", date(12, 18),
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := received(&c.appeal)
			in.Link = c.link
			p := newWorld(testPlanner(t)).plan(in)
			wantSteps(t, p, c.steps)
			v := p.View
			if p.Reason != c.reason || v.Parked != c.reason || v.Lead != c.lead || v.Organisation != c.org {
				t.Errorf("reason %q, parked %q, lead %q, organisation %q", p.Reason, v.Parked, v.Lead, v.Organisation)
			}
			if v.Status != sdk.StatusReceived || !v.StatusAt.Equal(at(10, 0)) {
				t.Errorf("status %s of %v", v.Status, v.StatusAt)
			}
			if d := answerOf(p); !d.Open || d.Organisation != c.org || d.Due != c.due || v.Due != c.due {
				t.Errorf("due %s, %+v", v.Due, d)
			}
		})
	}
}

func TestRevision(t *testing.T) {
	w := newWorld(testPlanner(t))
	a := message(pending("1"), missing("2"))
	a.Kind = sdk.KindAppeal
	w.plan(received(a))
	w.state.Files["1"] = journal.FileStored

	b := *a
	b.Attachments = append([]sdk.Attachment{pending("3")}, a.Attachments...)
	b.AnswerBy = date(12, 10)
	p := w.plan(revised(&b))
	wantSteps(t, p, "pos.fetch(3) archive.appeal rx.appeal rx.attachment(3)? async.attachment(3)? async.appeal")
	if d := answerOf(p); !d.Open || d.Due != date(12, 10) || p.View.Status != sdk.StatusReceived {
		t.Errorf("status %s, %+v", p.View.Status, d)
	}

	again := w.plan(revised(&b))
	wantSteps(t, again, "archive.appeal rx.appeal async.appeal")
	if len(again.Deadlines) != 0 {
		t.Errorf("a term was set that has not moved: %v", again.Deadlines)
	}
}

// TestRevisionFromATarget: it goes to the others only.
func TestRevisionFromATarget(t *testing.T) {
	w := newWorld(testPlanner(t))
	a := message()
	a.Kind = sdk.KindAppeal
	w.plan(received(a))
	in := revised(a)
	in.Link = "rx"
	wantSteps(t, w.plan(in), "archive.appeal async.appeal")
}

func TestRework(t *testing.T) {
	round := func(n int, dueMonthDay ...int) *sdk.Appeal {
		a := message()
		a.Rework = sdk.Rework{Round: n, At: at(13, 0)}
		return a
	}
	answered := sdk.StatusChange{Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, At: at(12, 0)}
	t.Run("reopens what was answered", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		if p := w.plan(changed("rx", answered)); p.Deadlines[0].Open {
			t.Error("the answer left the term open")
		}
		p := w.plan(revised(round(1)))
		wantSteps(t, p, "rx.appeal")
		v := p.View
		if v.Status != sdk.StatusRework || v.Outcome != "" || !v.StatusAt.Equal(at(13, 0)) || v.Rework != 1 {
			t.Errorf("got %s %s of %v, round %d", v.Status, v.Outcome, v.StatusAt, v.Rework)
		}
		if len(p.Deadlines) != 0 || !v.Due.IsZero() { // no rule that ships gives a message's rework a term
			t.Errorf("due %s, %+v", v.Due, p.Deadlines)
		}
	})
	t.Run("the same round again changes nothing", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		w.plan(changed("rx", answered))
		w.plan(revised(round(1)))
		w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(15, 0)}))
		rated := round(1)
		rated.Rating = sdk.Rating{Value: 4}
		if p := w.plan(revised(rated)); p.View.Status != sdk.StatusAnswered {
			t.Errorf("got %s", p.View.Status)
		}
		if p := w.plan(revised(round(2))); p.View.Status != sdk.StatusRework {
			t.Errorf("the second round: got %s", p.View.Status)
		}
	})
	t.Run("other content after the answer reopens it, a mark does not", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		w.plan(changed("rx", answered))
		rated := message()
		rated.Rating = sdk.Rating{Value: 2}
		if p := w.plan(revised(rated)); p.View.Status != sdk.StatusAnswered {
			t.Errorf("a mark: got %s", p.View.Status)
		}
		more := message()
		more.Text = "Не согласна с ответом: света так и нет."
		p := w.plan(revised(more))
		wantSteps(t, p, "rx.appeal")
		if p.View.Status != sdk.StatusRework || p.View.Rework != 0 {
			t.Errorf("got %s, round %d", p.View.Status, p.View.Rework)
		}
	})
	t.Run("the hub counts what the source does not mark", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		said := func(text string) *sdk.Appeal { a := message(); a.Text = text; return a }
		counts := func(what string, want int) {
			t.Helper()
			if got := rounds(&w.state.View); got != want {
				t.Errorf("%s: %d rounds, want %d", what, got, want)
			}
		}
		w.plan(received(message()))
		w.plan(revised(said("Уточняю адрес.")))
		counts("while nothing was answered", 0)
		for n := range 2 {
			w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(12, n)}))
			w.plan(revised(said(fmt.Sprint("Не согласна, ", n))))
			counts("other content after the answer", n+1)
			w.plan(revised(said(fmt.Sprint("И ещё, ", n))))
			counts("the same round goes on", n+1)
		}
		w.plan(revised(round(1)))
		counts("the mark comes after all", 2)
		w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusAnswered, At: at(14, 0)}))
		w.plan(revised(round(2)))
		counts("a request that is marked", 3)
		if got := rounds(&journal.View{Terms: "?", Rework: 2}); got != 2 {
			t.Errorf("a record that can't be read: %d", got)
		}
	})
	t.Run("while the work is under way it changes no status", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		w.plan(changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0)}))
		p := w.plan(revised(round(1)))
		wantSteps(t, p, "rx.appeal")
		if p.View.Status != sdk.StatusInWork || len(p.Deadlines) != 0 {
			t.Errorf("got %s, %v", p.View.Status, p.Deadlines)
		}
	})
	t.Run("asked for before the hub knew the appeal", func(t *testing.T) {
		p := newWorld(testPlanner(t)).plan(received(round(1)))
		if p.View.Status != sdk.StatusReceived || p.View.Rework != 1 {
			t.Errorf("got %s, round %d", p.View.Status, p.View.Rework)
		}
	})
	t.Run("an answer of before is stale", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		w.plan(changed("rx", answered))
		w.plan(revised(round(1)))
		if p := w.plan(changed("rx", answered)); p.Reason != journal.ReasonStale || p.View.Status != sdk.StatusRework {
			t.Errorf("got %s, %q", p.View.Status, p.Reason)
		}
	})
	t.Run("without a time it is later than the answer", func(t *testing.T) {
		w := newWorld(testPlanner(t))
		w.plan(received(message()))
		w.plan(changed("rx", answered))
		a := message()
		a.Rework.Round = 1
		in := revised(a)
		in.At = at(14, 0).AddDate(0, 0, 5)
		if p := w.plan(in); !p.View.StatusAt.Equal(journal.Cut(answered.At).Add(time.Microsecond)) {
			t.Errorf("got %v", p.View.StatusAt)
		}
	})
}

// TestRouted: a parked appeal is tried again, by a revision or an operator.
func TestRouted(t *testing.T) {
	lost := message(pending("1"), stored("2"), missing("3"))
	lost.Addressee.Code = "99"
	park := func(t *testing.T) *world {
		w := newWorld(testPlanner(t))
		if p := w.plan(received(lost)); p.Reason != journal.ReasonNoOrganisation {
			t.Fatalf("got %q", p.Reason)
		}
		return w
	}
	routed := func(a *sdk.Appeal) journal.Input {
		return journal.Input{Kind: journal.AppealRouted, At: at(16, 0).AddDate(0, 0, 3), Link: "pos", Appeal: a}
	}
	t.Run("found", func(t *testing.T) {
		w := park(t)
		found := *lost
		found.Organisation, found.RegisteredAt = "adm", sdk.Appeal{}.RegisteredAt
		p := w.plan(routed(&found))
		wantSteps(t, p, "rx.appeal rx.attachment(1)? rx.attachment(2)")
		if p.Reason != "" || p.View.Parked != "" || p.View.Organisation != "adm" || p.View.Lead != "rx" {
			t.Errorf("reason %q, parked %q, %s", p.Reason, p.View.Parked, p.View.Organisation)
		}
		if d := answerOf(p); !d.Open || d.Organisation != "adm" || d.Due != date(12, 18) {
			t.Errorf("due %s, %+v", p.View.Due, d)
		}
	})
	t.Run("files that came meanwhile go at once", func(t *testing.T) {
		w := park(t)
		w.state.Files["1"] = journal.FileStored
		w.state.Files["2"] = journal.FileMissing
		found := *lost
		found.Addressee.Code = "77"
		wantSteps(t, w.plan(routed(&found)), "rx.appeal rx.attachment(1)")
	})
	t.Run("still nobody's", func(t *testing.T) {
		p := park(t).plan(routed(lost))
		wantSteps(t, p, "")
		if p.Reason != journal.ReasonNoOrganisation || p.View.Parked != journal.ReasonNoOrganisation {
			t.Errorf("reason %q, parked %q", p.Reason, p.View.Parked)
		}
	})
	t.Run("known, but without a route", func(t *testing.T) {
		found := *lost
		found.Addressee.Code = "41"
		if p := park(t).plan(routed(&found)); p.Reason != journal.ReasonNoRoute || p.View.Parked != journal.ReasonNoRoute || p.View.Organisation != "east" {
			t.Errorf("reason %q, parked %q", p.Reason, p.View.Parked)
		}
	})
	t.Run("by a revision", func(t *testing.T) {
		w := park(t)
		found := *lost
		found.Addressee.Code = "77"
		found.Attachments = append(found.Attachments, pending("4"))
		wantSteps(t, w.plan(revised(&found)), "pos.fetch(4) rx.appeal rx.attachment(1)? rx.attachment(2) rx.attachment(4)?")
	})
}
