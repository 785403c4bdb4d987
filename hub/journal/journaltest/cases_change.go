package journaltest

import (
	"fmt"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func changeCases() []testcase {
	return []testcase{
		{"a change goes back to the source", "the answer comes home", changeHome},
		{"of a status that is taken it is told which", "what was told earlier says nothing of what came later", statusTold},
		{"a change that names no link is about its sender's record", "two systems may give the same number", ownRecord},
		{"a change with a known id is a duplicate", "a feed may give an item twice", changeTwice},
		{"a snapshot is a duplicate of the last one only", "a record may come back to a state it was in", snapshot},
		{"a snapshot of before a restart is known", "or each restart would tell the portal again", snapshotRestart},
		{"an answer's files go first, and it names their receipts", "the portal wants its own ids of them", answerFiles},
		{"numbers learned are in the record, each once", "people ask by number", numbers},
		{"a change that was not applied is on record", "no status is dropped in silence", notApplied},
		{"a final status closes the deadline and the reference", "nobody is asked about it any more", finalStatus},
	}
}

// delivered is an appeal that the EDMS has as the reference given.
func (w *world) delivered(id, ref string) string {
	w.Helper()
	r := w.appeal(message(id, "rx"))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), ref))
	return r.Appeal
}

func changeHome(w *world) {
	id := w.delivered("1", "doc-1")
	w.awake()
	w.pass(time.Second)
	c := w.status("c1", "doc-1", sdk.StatusInWork)
	c.Text = "Взято в работу"
	r := w.change("rx", c)
	if r.Outcome != journal.Appended || r.Appeal != id || r.Reason != "" {
		w.Fatalf("got %+v", r)
	}
	w.same("woken", []string{"pos"}, w.awake())
	d := w.one("pos", journal.VerbStatus)
	w.same("change", &c, d.Change)
	w.same("to", sdk.Ref{Link: "pos", ID: "1"}, d.To)
	w.settle(done(d))
	if v := w.record(id).View; v.Status != sdk.StatusInWork || !v.StatusAt.Equal(c.At) {
		w.Errorf("status %s of %v", v.Status, v.StatusAt)
	}
	events := w.history(id)
	e := events[2]
	if e.Kind != journal.StatusChanged || e.Status != sdk.StatusInWork || e.External != "xin_work" || e.RefID != "doc-1" || e.SourceID != "c1" {
		w.Errorf("event: %+v", e)
	}
}

func statusTold(w *world) {
	id := w.delivered("1", "doc-1")
	w.appeal(message("2", "rx"))
	for i, s := range []sdk.Status{sdk.StatusRegistered, sdk.StatusInWork, sdk.StatusForwarded} {
		w.pass(time.Second)
		w.change("rx", w.status(fmt.Sprint("c", i), "doc-1", s))
	}
	told := 0
	for _, e := range w.history(id) {
		if e.Kind != journal.StatusChanged {
			continue
		}
		told++
		w.settle(done(w.one("pos", journal.VerbStatus)))
		w.same("terms", fmt.Sprint(toldMark, e.Sequence), w.record(id).View.Terms)
	}
	w.same("statuses", 3, told)
}

// ownRecord: a change that names no link is about the sender's record, whoever else
// calls one of theirs the same.
func ownRecord(w *world) {
	first, second := w.delivered("1", "doc-1"), w.delivered("doc-1", "doc-2")
	c := w.status("c1", "doc-1", sdk.StatusInWork)
	c.Ref.Link = ""
	if got := w.change("rx", c); got.Outcome != journal.Appended || got.Appeal != first {
		w.Errorf("got %+v", got)
	}
	if v := w.record(second).View; v.Status != sdk.StatusReceived {
		w.Errorf("another's: %s", v.Status)
	}
}

func changeTwice(w *world) {
	id := w.delivered("1", "doc-1")
	c := w.status("c1", "doc-1", sdk.StatusInWork)
	w.change("rx", c)
	if r := w.change("rx", c); r.Outcome != journal.Duplicate || r.Appeal != id {
		w.Errorf("got %+v", r)
	}
	w.pass(time.Second)
	w.change("rx", w.status("c2", "doc-1", sdk.StatusRegistered))
	if r := w.change("rx", c); r.Outcome != journal.Duplicate {
		w.Errorf("behind another one: %+v", r)
	}
	if k := w.kinds(id); k != "appeal.received delivery.done status.changed status.changed" {
		w.Errorf("events: %s", k)
	}
}

func (w *world) present(c sdk.StatusChange) journal.Outcome {
	w.Helper()
	return w.add(journal.Entry{Link: "rx", Change: &c, Snapshot: true}).Outcome
}

func snapshot(w *world) {
	w.delivered("1", "doc-1")
	a, b := w.status("a", "doc-1", sdk.StatusInWork), w.status("b", "doc-1", sdk.StatusPostponed)
	var got []journal.Outcome
	for _, c := range []sdk.StatusChange{a, a, b, b, a, a} {
		got = append(got, w.present(c))
	}
	w.same("outcomes", []journal.Outcome{journal.Appended, journal.Duplicate, journal.Appended, journal.Duplicate, journal.Appended, journal.Duplicate}, got)
}

func snapshotRestart(w *world) {
	w.delivered("1", "doc-1")
	a := w.status("a", "doc-1", sdk.StatusInWork)
	w.present(a)
	w.reopen()
	if got := w.present(a); got != journal.Duplicate {
		w.Errorf("got %s", got)
	}
}

func answerFiles(w *world) {
	id := w.delivered("1", "doc-1")
	w.pass(time.Second)
	c := w.status("c1", "doc-1", sdk.StatusAnswered)
	c.Attachments = []sdk.Attachment{{ID: "answer", Name: "answer.bin", Locator: "v1"}}
	r := w.change("rx", c)
	if r.OpenFiles != 1 {
		w.Errorf("open files: %d", r.OpenFiles)
	}
	if s := w.states(id); s != "rx.appeal=done rx.fetch(answer)=ready pos.attachment(answer)=held pos.status=queued" {
		w.Fatalf("deliveries: %s", s)
	}
	w.none("pos")
	f := w.one("rx", journal.VerbFetch)
	if f.File == nil || f.File.Locator != "v1" || f.File.Appeal != id {
		w.Fatalf("file: %+v", f.File)
	}
	s := done(f)
	s.File = &sdk.Attachment{Size: 3, SHA256: "abc", Name: "Ответ.pdf", MediaType: "application/pdf"}
	w.settle(s)
	up := w.one("pos", journal.VerbAttachment)
	w.same("file", &sdk.Attachment{ID: "answer", Name: "Ответ.pdf", MediaType: "application/pdf", Size: 3, SHA256: "abc", Locator: "v1", Appeal: id}, up.File)
	w.settle(receipt(up, "upload-9"))
	d := w.one("pos", journal.VerbStatus)
	w.same("receipt", sdk.Ref{Link: "pos", ID: "upload-9"}, d.Change.Attachments[0].Ref)
	if again := w.change("rx", c); again.Outcome != journal.Duplicate || again.OpenFiles != 0 {
		w.Errorf("again: %+v", again)
	}
}

func numbers(w *world) {
	a := message("1", "rx")
	a.Numbers = []sdk.Number{{System: sdk.NumberPOS, Value: "100500"}}
	r := w.appeal(a)
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	for i, value := range []string{"48-П", "48-П", "49-П"} {
		w.pass(time.Second)
		c := w.status(string(rune('a'+i)), "doc-1", sdk.StatusRegistered)
		c.Number = sdk.Number{System: sdk.NumberEDMS, Value: value}
		w.change("rx", c)
	}
	want := []sdk.Number{{System: sdk.NumberPOS, Value: "100500"}, {System: sdk.NumberEDMS, Link: "rx", Value: "49-П"}}
	w.same("numbers", want, w.record(r.Appeal).Appeal.Numbers)
	w.appeal(version(a, "v2"))
	w.same("numbers delivered", want, w.one("rx", journal.VerbAppeal).Payload.Numbers)
}

func notApplied(w *world) {
	id := w.delivered("1", "doc-1")
	old := w.status("old", "doc-1", sdk.StatusInWork)
	old.At = w.now.Add(-time.Hour)
	if r := w.change("rx", old); r.Outcome != journal.Appended || r.Reason != journal.ReasonStale {
		w.Errorf("stale: %+v", r)
	}
	odd := w.status("odd", "doc-1", "")
	odd.External = sdk.External{Code: "Zombie", Label: "Неведомый"}
	if r := w.change("rx", odd); r.Reason != journal.ReasonUnmapped {
		w.Errorf("unmapped: %+v", r)
	}
	if k := w.kinds(id); k != "appeal.received delivery.done status.changed:stale status.changed:unmapped_status" {
		w.Errorf("events: %s", k)
	}
	parked, err := w.j.Parked(w.ctx, journal.ParkedQuery{})
	if err != nil || len(parked) != 1 || parked[0].Appeal != id || parked[0].Reason != journal.ReasonUnmapped {
		w.Errorf("parked: %+v, %v", parked, err)
	}
	w.none("pos")
}

func finalStatus(w *world) {
	a := message("1", "rx")
	a.AnswerBy = sdk.Date{Year: 2026, Month: 12, Day: 20}
	r := w.appeal(a)
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	open := func() (refs []sdk.Ref, due []journal.Deadline) {
		refs, err := w.j.OpenRefs(w.ctx, "rx", "", 10)
		if err != nil {
			w.Fatal(err)
		}
		if due, err = w.j.Due(w.ctx, journal.DeadlineQuery{UpTo: a.AnswerBy, Limit: 10}); err != nil {
			w.Fatal(err)
		}
		return refs, due
	}
	if refs, due := open(); len(refs) != 1 || len(due) != 1 {
		w.Errorf("before: %v, %v", refs, due)
	}
	w.pass(time.Second)
	w.change("rx", w.status("c1", "doc-1", sdk.StatusAnswered))
	if refs, due := open(); len(refs) != 0 || len(due) != 0 {
		w.Errorf("answered: %v, %v", refs, due)
	}
	w.pass(time.Second)
	w.change("rx", w.status("c2", "doc-1", sdk.StatusRework))
	if refs, _ := open(); len(refs) != 1 {
		w.Errorf("reworked: %v", refs)
	}
	if d := w.record(r.Appeal).Deadlines; len(d) != 1 || d[0].Open {
		w.Errorf("deadlines: %+v", d)
	}
}
