package journaltest

import (
	"errors"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func actCases() []testcase {
	return []testcase{
		{"a dead letter is requeued", "an operator mends the cause and tries again", requeue},
		{"a dead letter is skipped", "an operator lets those behind it go", skip},
		{"a decision by filter", "a hundred dead letters have one cause", byFilter},
		{"a dry run touches nothing", "an operator looks first", dryRun},
		{"a waiting delivery is made due", "an operator knows that the link is back", retryNow},
		{"what is out with a worker is left alone", "or two calls would be under way", outIsLeft},
		{"a fetch that is skipped is a file that is missing", "what waits for it must go on", skipFetch},
	}
}

func (w *world) act(a journal.Action) []int64 {
	w.Helper()
	a.At, a.Actor = w.now, "operator"
	ids, err := w.j.Act(w.ctx, a)
	if err != nil {
		w.Fatalf("act: %v", err)
	}
	return ids
}

// dead is an appeal whose first delivery is a dead letter, with a revision
// behind it.
func (w *world) dead(id string) (appeal string, delivery int64) {
	w.Helper()
	a := message(id, "rx")
	r := w.appeal(a)
	c := w.one("rx", journal.VerbAppeal)
	w.settle(failed(c, journal.SettleDead, sdk.Rejected))
	w.appeal(version(a, "v2"))
	return r.Appeal, c.ID
}

func requeue(w *world) {
	id, d := w.dead("1")
	w.awake()
	w.same("touched", []int64{d}, w.act(journal.Action{Kind: journal.ActRetry, IDs: []int64{d}, Why: "справочник исправлен"}))
	w.same("woken", []string{"rx"}, w.awake())
	c := w.one("rx", journal.VerbAppeal)
	if c.ID != d || c.Payload.Revision != 1 || c.Attempts != 0 {
		w.Errorf("delivery %d, revision %d, attempts %d", c.ID, c.Payload.Revision, c.Attempts)
	}
	events := w.history(id)
	if e := events[len(events)-1]; e.Kind != journal.DeliveryRequeued || e.Actor != "operator" || e.Delivery != d || len(e.Body) == 0 {
		w.Errorf("event: %+v", e)
	}
}

func skip(w *world) {
	id, d := w.dead("1")
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}})
	if s := w.states(id); s != "rx.appeal=skipped rx.appeal=ready" {
		w.Errorf("deliveries: %s", s)
	}
	if c := w.one("rx", journal.VerbAppeal); c.Payload.Revision != 2 {
		w.Errorf("revision %d", c.Payload.Revision)
	}
	_, err := w.j.Act(w.ctx, journal.Action{Kind: journal.ActSkip, IDs: []int64{d}, At: w.now})
	if !errors.Is(err, journal.ErrState) {
		w.Errorf("once more: %v", err)
	}
	if _, err := w.j.Act(w.ctx, journal.Action{Kind: journal.ActRetry, IDs: []int64{999}, At: w.now}); !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("an unknown one: %v", err)
	}
}

func byFilter(w *world) {
	_, one := w.dead("1")
	_, two := w.dead("2")
	w.appeal(message("3", "arch"))
	filter := journal.DeliveryQuery{Link: "rx", States: []journal.DeliveryState{journal.DeliveryDeadly}, Kind: sdk.Rejected}
	w.same("touched", []int64{one, two}, w.act(journal.Action{Kind: journal.ActRetry, Filter: filter}))
	if out := w.claim("rx", 10); len(out) != 2 {
		w.Errorf("claimed %s", words(out))
	}
	w.same("touched again", []int64(nil), w.act(journal.Action{Kind: journal.ActRetry, Filter: filter}))
}

func dryRun(w *world) {
	id, d := w.dead("1")
	w.same("would touch", []int64{d}, w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}, DryRun: true}))
	if s := w.states(id); s != "rx.appeal=dead rx.appeal=queued" {
		w.Errorf("deliveries: %s", s)
	}
}

func retryNow(w *world) {
	w.appeal(message("1", "rx"))
	s := failed(w.one("rx", journal.VerbAppeal), journal.SettleRetry, sdk.Transient)
	s.Due, s.Firm = w.now.Add(time.Hour), true
	w.settle(s)
	w.none("rx")
	w.act(journal.Action{Kind: journal.ActRetry, IDs: []int64{s.Delivery}})
	w.one("rx", journal.VerbAppeal)
}

func outIsLeft(w *world) {
	w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	for _, kind := range []journal.ActionKind{journal.ActRetry, journal.ActSkip} {
		if _, err := w.j.Act(w.ctx, journal.Action{Kind: kind, IDs: []int64{c.ID}, At: w.now}); !errors.Is(err, journal.ErrState) {
			w.Errorf("%s: %v", kind, err)
		}
		w.same("by filter", []int64(nil), w.act(journal.Action{Kind: kind, Filter: journal.DeliveryQuery{Link: "rx"}}))
	}
	w.settle(receipt(c, "doc-1"))
}

func skipFetch(w *world) {
	r := w.appeal(message("1", "rx", pending("photo")))
	f := w.one("pos", journal.VerbFetch)
	w.settle(failed(f, journal.SettleDead, sdk.Invalid))
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{f.ID}, Why: "файл повреждён"})
	if s := w.states(r.Appeal); s != "pos.fetch(photo)=skipped rx.appeal=ready rx.attachment(photo)=skipped" {
		w.Errorf("deliveries: %s", s)
	}
	if a := w.record(r.Appeal).Appeal.Attachments[0]; a.Missing == "" {
		w.Errorf("attachment: %+v", a)
	}
	if again := w.appeal(message("1", "rx", pending("photo"))); again.Outcome != journal.Duplicate || again.OpenFiles != 0 {
		w.Errorf("again: %+v", again)
	}
}
