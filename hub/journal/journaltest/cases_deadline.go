package journaltest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func deadlineCases() []testcase {
	return []testcase{
		{"deadlines by filter, in pages", "no term passes unnoticed", dueDates},
		{"what is due is told once, in order", "an alarm that rings twice is not believed", told},
		{"two that tell at once tell once", "every node has a clock", toldTogether},
		{"a passed term that moves is withdrawn with its event", "the alarm was wrong, and is taken back", withdrawn},
		{"an appeal that is answered is not told of", "nobody is asked about it any more", silent},
		{"the terms' state is kept", "a restart forgets nothing that was told", keptTerms},
		{"a date that may still change says so", "a date that is not certain is not taken for one that is", mayStillChange},
		{"what an official did is on record", "the file must say who told of it", noted},
		{"what waits longest is told first", "a look tells of so many alone", wakingFirst},
		{"time has done nothing", "an empty event says nothing", nothingDue},
	}
}

// due is a date of December.
func due(day int) sdk.Date { return sdk.Date{Year: 2026, Month: 12, Day: day} }

// until adds an appeal that is to be answered by a day of December.
func (w *world) until(id string, day int) string {
	w.Helper()
	a := message(id, "rx")
	a.AnswerBy = due(day)
	return w.appeal(a).Appeal
}

// at moves the clock on to a time of December.
func (w *world) at(day, hour int) {
	w.Helper()
	w.pass(time.Date(2026, 12, day, hour, 0, 0, 0, time.UTC).Sub(w.now))
}

// tick tells what is due, and returns of which appeals something was told.
func (w *world) tick() (ids []string) {
	w.Helper()
	waking, at, err := w.j.Waking(w.ctx, w.now, 10)
	if err != nil {
		w.Fatal(err)
	}
	w.same("the journal's time", w.now, at)
	for _, id := range waking {
		if r := w.add(journal.Entry{At: at, Clock: &journal.Clock{Appeal: id}}); r.Outcome == journal.Appended {
			ids = append(ids, id)
		}
	}
	return ids
}

func dueDates(w *world) {
	for i, day := range []int{20, 10, 30, 20} {
		w.until(fmt.Sprint(i), day)
	}
	list := func(q journal.DeadlineQuery) (days []int, last *journal.Deadline) {
		got, err := w.j.Due(w.ctx, q)
		if err != nil {
			w.Fatal(err)
		}
		for i := range got {
			days, last = append(days, got[i].Due.Day), &got[i]
		}
		return days, last
	}
	days, _ := list(journal.DeadlineQuery{UpTo: due(20)})
	w.same("up to a date", []int{10, 20, 20}, days)
	days, last := list(journal.DeadlineQuery{Limit: 2})
	w.same("a page", []int{10, 20}, days)
	days, _ = list(journal.DeadlineQuery{Limit: 2, After: last})
	w.same("the next one", []int{20, 30}, days)
	days, _ = list(journal.DeadlineQuery{Organisation: "adm", Term: "answer"})
	w.same("of an organisation and a term", []int{10, 20, 20, 30}, days)
	days, _ = list(journal.DeadlineQuery{Term: "control"})
	w.same("of another term", []int(nil), days)
}

func told(w *world) {
	id := w.until("1", 10)
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	w.at(6, 23)
	w.same("not yet", []string(nil), w.tick())
	w.at(7, 0)
	w.same("near", []string{id}, w.tick())
	w.same("and once", []string(nil), w.tick())
	c := w.one("rx", journal.VerbDeadline)
	near := w.history(id)[2]
	w.same("what the link is told", &sdk.Deadline{
		ID: near.ID, News: sdk.DeadlineNear, At: w.now, Appeal: id, Source: sdk.Ref{Link: "pos", ID: "1"}, Organisation: "adm",
		Term: "answer", Due: due(10), Ahead: "3d",
	}, c.Notice)
	w.same("and of which record", sdk.Ref{Link: "rx", ID: "doc-1"}, c.To)
	w.settle(done(c))
	w.at(11, 0)
	w.same("passed", []string{id}, w.tick())
	w.settle(done(w.one("rx", journal.VerbDeadline)))
	w.at(20, 0)
	w.same("for good", []string(nil), w.tick())
	w.same("events", "appeal.received delivery.done deadline.near delivery.done deadline.passed delivery.done", w.kinds(id))
	w.same("the event's key", "answer/2026-12-10/3d", near.SourceID)
}

func toldTogether(w *world) {
	id := w.until("1", 10)
	w.at(8, 0)
	var all sync.WaitGroup
	results := make([]journal.Result, 8)
	for i := range results {
		all.Go(func() {
			r, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Clock: &journal.Clock{Appeal: id}}}})
			if err != nil {
				w.Error(err)
				return
			}
			results[i] = r[0]
		})
	}
	all.Wait()
	news := 0
	for _, r := range results {
		if r.Outcome == journal.Appended {
			news++
		}
	}
	w.same("told", 1, news)
	w.same("events", "appeal.received deadline.near", w.kinds(id))
}

func withdrawn(w *world) {
	id := w.until("1", 10)
	w.at(11, 0)
	w.tick()
	a := version(message("1", "rx"), "v2")
	a.AnswerBy = due(25)
	w.appeal(a)
	w.same("events", "appeal.received deadline.passed appeal.revised deadline.withdrawn", w.kinds(id))
	w.same("the term", []journal.Deadline{{Appeal: id, Organisation: "adm", Term: "answer", Due: due(25), Open: true, Wake: nearOf(due(25))}}, w.record(id).Deadlines)
	w.at(22, 0)
	w.same("near again", []string{id}, w.tick())
}

func silent(w *world) {
	a := message("1", "rx")
	a.AnswerBy = due(10)
	id := w.appeal(a).Appeal
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	w.change("rx", w.status("c", "doc-1", sdk.StatusAnswered))
	w.at(20, 0)
	w.same("told", []string(nil), w.tick())
	waking, _, err := w.j.Waking(w.ctx, w.now, 10)
	if err != nil || len(waking) > 0 {
		w.Errorf("asked after: %v, %v", waking, err)
	}
	if open, err := w.j.Due(w.ctx, journal.DeadlineQuery{}); err != nil || len(open) > 0 {
		w.Errorf("listed: %+v, %v", open, err)
	}
	if d := w.record(id).Deadlines; len(d) != 1 || d[0].Open || !d[0].Wake.IsZero() {
		w.Errorf("deadlines: %+v", d)
	}
}

func keptTerms(w *world) {
	id := w.until("1", 10)
	w.at(8, 0)
	w.tick()
	w.reopen()
	w.same("told again", []string(nil), w.tick())
	w.same("the view", "near", w.record(id).View.Terms)
	w.same("the term", []journal.Deadline{{
		Appeal: id, Organisation: "adm", Term: "answer", Due: due(10), Open: true, Near: nearOf(due(10)), Wake: endOf(due(10)),
	}}, w.record(id).Deadlines)
}

func mayStillChange(w *world) {
	a := message("1", "rx")
	a.AnswerBy = due(31).AddDays(1)
	id := w.appeal(a).Appeal
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	w.at(31, 0)
	w.tick()
	w.same("what the link is told", true, w.one("rx", journal.VerbDeadline).Notice.Provisional)
	w.reopen()
	all, err := w.j.Due(w.ctx, journal.DeadlineQuery{})
	if err != nil {
		w.Fatal(err)
	}
	w.same("the list", []bool{true}, []bool{all[0].Provisional})
	w.same("the record", true, w.record(id).Deadlines[0].Provisional)
}

func wakingFirst(w *world) {
	w.until("1", 20)
	first := w.until("2", 10)
	w.at(18, 0)
	waking, _, err := w.j.Waking(w.ctx, w.now, 1)
	if err != nil {
		w.Fatal(err)
	}
	w.same("the first", []string{first}, waking)
	w.add(journal.Entry{Actor: "operator", Clock: &journal.Clock{Appeal: first}})
	for _, e := range w.history(first)[1:] {
		w.same("who had it told", "operator", e.Actor)
	}
}

func nothingDue(w *world) {
	id := w.until("1", 10)
	r := w.add(journal.Entry{Clock: &journal.Clock{Appeal: id}})
	w.same("outcome", journal.Duplicate, r.Outcome)
	w.same("events", "appeal.received", w.kinds(id))
	_, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Clock: &journal.Clock{Appeal: "nobody"}}}})
	if !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("of an unknown appeal: %v", err)
	}
}

func noted(w *world) {
	id := w.until("1", 10)
	note := &journal.Noted{Event: "documents_requested", Date: due(2), Why: "запрос"}
	r := w.add(journal.Entry{Actor: "operator", Clock: &journal.Clock{Appeal: id, Noted: note}})
	w.same("outcome", journal.Appended, r.Outcome)
	events := w.history(id)
	w.same("events", "appeal.received deadline.noted", w.kinds(id))
	w.same("who", "operator", events[1].Actor)
	w.same("what", `{"event":"documents_requested","date":"2026-12-02","why":"запрос"}`, string(events[1].Body))
}
