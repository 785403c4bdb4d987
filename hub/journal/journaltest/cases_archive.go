package journaltest

import (
	"errors"
	"fmt"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// archiveCases are of a journal that is a journal.Archiver.
func archiveCases() []testcase {
	return []testcase{
		{"what is archived reads the same", "a file that is closed is asked for years later", archivedReads},
		{"an event brings an archived appeal back", "a closed appeal is reworked, rated, told of late", archivedReturns},
		{"what waits for something is not archived", "what nobody looks for is never done", openStays},
		{"an archive is filled in steps, each appeal once", "old appeals are many", archivedInSteps},
	}
}

const quarter = 90 * 24 * time.Hour

// archive walks through all appeals and returns how many were moved, and in how
// many steps.
func (w *world) archive(limit int) (moved, steps int) {
	w.Helper()
	j, ok := w.j.(journal.Archiver)
	if !ok {
		w.Skip("the journal has no archive")
	}
	for after := ""; ; {
		got, err := j.Archive(w.ctx, quarter, after, limit)
		if err != nil {
			w.Fatal(err)
		}
		moved, steps, after = moved+got.Appeals, steps+1, got.After
		if after == "" {
			return moved, steps
		}
	}
}

// closed adds an appeal with a term and files that is answered, all told.
func (w *world) closed(id string) string {
	w.Helper()
	return w.closedAs("", id)
}

// closedAs is closed with an id given; empty: the journal's.
func (w *world) closedAs(uuid, id string) string {
	w.Helper()
	a := message(id, "rx", sdk.Attachment{ID: "s", Name: "s.pdf", Size: 3, SHA256: fmt.Sprintf("%064d", 1)})
	a.AnswerBy = due(20)
	r := w.add(journal.Entry{Link: "pos", Appeal: a, ID: uuid})
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-"+id))
	w.settle(receipt(w.one("rx", journal.VerbAttachment), "file-"+id))
	w.change("rx", w.status("c"+id, "doc-"+id, sdk.StatusAnswered))
	w.settle(done(w.one("pos", journal.VerbStatus)))
	return r.Appeal
}

// shown is all that a journal shows of appeals.
func (w *world) shown(ids ...string) (all []any) {
	w.Helper()
	for _, id := range ids {
		all = append(all, w.record(id), w.history(id))
	}
	for _, q := range []journal.DeliveryQuery{{}, {Link: "rx", Limit: 3}, {States: []journal.DeliveryState{journal.DeliveryDoneOK}}, {Appeal: ids[0]}} {
		some, err := w.j.Deliveries(w.ctx, q)
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, some)
	}
	views, err := w.j.Appeals(w.ctx, journal.AppealQuery{})
	if err != nil {
		w.Fatal(err)
	}
	counts, err := w.j.Stats(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	counts.Commits = 0
	return append(all, views, counts)
}

func archivedReads(w *world) {
	ids := []string{w.closed("1"), w.closed("2")}
	before := w.shown(ids...)
	w.pass(quarter + time.Minute)
	if moved, _ := w.archive(10); moved != 2 {
		w.Errorf("%d were archived", moved)
	}
	w.same("what is shown", before, w.shown(ids...))
	w.reopen()
	w.same("after a restart", before, w.shown(ids...))
	first := w.record(ids[0])
	if _, err := w.j.Act(w.ctx, journal.Action{Kind: journal.ActRetry, IDs: []int64{first.Deliveries[0].ID}, At: w.now}); !errors.Is(err, journal.ErrState) {
		w.Errorf("retry of what is done: %v", err)
	}
	a := first.Appeal
	if r := w.appeal(&a); r.Outcome != journal.Duplicate {
		w.Errorf("a known appeal: %s", r.Outcome)
	}
	if moved, _ := w.archive(10); moved != 0 {
		w.Errorf("%d were archived again", moved)
	}
}

func archivedReturns(w *world) {
	late, reworked := w.closed("1"), w.closed("2")
	w.pass(quarter + time.Minute)
	w.archive(10)
	w.change("rx", w.status("late", "doc-1", sdk.StatusClosed))
	w.settle(done(w.one("pos", journal.VerbStatus)))
	w.same("the late one", "rx.appeal=done rx.attachment(s)=done pos.status=done pos.status=done", w.states(late))

	content := w.record(reworked).Appeal
	again := version(&content, "v2")
	again.AnswerBy = due(20).AddDays(100)
	w.appeal(again)
	open, err := w.j.Due(w.ctx, journal.DeadlineQuery{})
	if err != nil || len(open) != 1 || open[0].Appeal != reworked {
		w.Errorf("due: %v, %v", open, err)
	}
	w.same("one term", 1, len(w.record(reworked).Deadlines))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-2"))
	if moved, _ := w.archive(10); moved != 0 {
		w.Errorf("%d were archived that there was news of", moved)
	}
	w.pass(quarter + time.Minute)
	if moved, _ := w.archive(10); moved != 1 {
		w.Errorf("%d were archived again", moved)
	}
}

func openStays(w *world) {
	w.appeal(message("1", "rx")) // not over
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))

	w.appeal(message("2", "rx")) // over, with a dead letter
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-2"))
	w.change("rx", w.status("c2", "doc-2", sdk.StatusClosed))
	w.settle(failed(w.one("pos", journal.VerbStatus), journal.SettleDead, sdk.Rejected))

	a := message("3", "rx") // over, with a term that an update has opened again
	a.AnswerBy = due(20)
	w.appeal(a)
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-3"))
	w.change("rx", w.status("c3", "doc-3", sdk.StatusAnswered))
	w.settle(done(w.one("pos", journal.VerbStatus)))
	w.appeal(version(a, "v2"))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-3"))

	w.appeal(message("4", "nowhere")) // parked
	w.pass(quarter + time.Minute)
	w.closed("5") // young
	if moved, _ := w.archive(10); moved != 0 {
		w.Errorf("%d were archived", moved)
	}
}

func archivedInSteps(w *world) {
	for i := range 5 {
		w.closed(fmt.Sprint(i))
	}
	w.pass(quarter + time.Minute)
	for i := range 4 { // received now, of years ago: their ids come first
		w.closedAs(fmt.Sprintf("01680000-0000-7000-8000-%012d", i), fmt.Sprint("imported", i))
	}
	for i := range 5 {
		w.closed(fmt.Sprint("young", i))
	}
	if moved, steps := w.archive(2); moved != 5 || steps != 8 { // 14 by two, and one step finds no more
		w.Errorf("%d were archived in %d steps", moved, steps)
	}
}
