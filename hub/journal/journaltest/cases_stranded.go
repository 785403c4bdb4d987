package journaltest

import (
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func strandedCases() []testcase {
	return []testcase{
		{"files are given up with the creation that they belong to", "there is no record to put them to", strandedFiles},
		{"a dry run names the files that would be given up", "an operator looks first", strandedDry},
		{"files are given up with a creation by filter once", "the filter finds them too", strandedByFilter},
		{"files go behind the revision that creates the record", "a record that comes after all has all its files", strandedQueued},
		{"files go behind a revision that comes later", "a record that comes after all has all its files", strandedLater},
		{"files of a record that there is are not given up", "only the update is", updateSkipped},
		{"files behind a creation to come are not given up", "the record is on its way", laterSkipped},
	}
}

// stored is a file that is in the spool.
func stored(id string) sdk.Attachment {
	return sdk.Attachment{ID: id, Name: id + ".jpg", Size: 5, SHA256: strings.Repeat("f", 64)}
}

// refused is an appeal with two files whose creation is a dead letter.
func (w *world) refused(files ...sdk.Attachment) (a *sdk.Appeal, id string, delivery int64) {
	w.Helper()
	a = message("1", "rx", files...)
	r := w.appeal(a)
	c := w.one("rx", journal.VerbAppeal)
	w.settle(failed(c, journal.SettleDead, sdk.Rejected))
	return a, r.Appeal, c.ID
}

func strandedFiles(w *world) {
	_, id, d := w.refused(stored("plan"), pending("photo"))
	touched := w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}, Why: "передано по телефону"})
	w.same("deliveries", "pos.fetch(photo)=ready rx.appeal=skipped rx.attachment(plan)=skipped rx.attachment(photo)=skipped", w.states(id))
	w.same("events", "appeal.received delivery.dead:rejected delivery.skipped delivery.skipped:no_record delivery.skipped:no_record", w.kinds(id))
	w.same("touched", 3, len(touched))
	for _, e := range w.history(id)[3:] {
		if e.Verb != journal.VerbAttachment || e.Link != "rx" || e.Actor != "operator" || e.Delivery == 0 || e.Attachment == "" {
			w.Errorf("event: %+v", e)
		}
	}
	f := w.one("pos", journal.VerbFetch)
	s := done(f)
	s.File = &sdk.Attachment{Size: 5, SHA256: "ff"}
	w.settle(s)
	w.none("rx")
}

func strandedDry(w *world) {
	_, id, d := w.refused(stored("plan"))
	w.same("would touch", 2, len(w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}, DryRun: true})))
	w.same("deliveries", "rx.appeal=dead rx.attachment(plan)=queued", w.states(id))
}

func strandedByFilter(w *world) {
	_, id, _ := w.refused(stored("plan"), stored("photo"))
	w.same("touched", 3, len(w.act(journal.Action{Kind: journal.ActSkip, Filter: journal.DeliveryQuery{Link: "rx"}})))
	w.same("events", "appeal.received delivery.dead:rejected delivery.skipped delivery.skipped:no_record delivery.skipped:no_record", w.kinds(id))
}

func strandedQueued(w *world) {
	a, id, d := w.refused(stored("plan"))
	w.appeal(version(a, "v2"))
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}})
	w.same("deliveries", "rx.appeal=skipped rx.attachment(plan)=skipped rx.appeal=ready", w.states(id))
	w.created(id, "rx.appeal=skipped rx.attachment(plan)=skipped rx.appeal=done rx.attachment(plan)=ready")
}

func strandedLater(w *world) {
	a, id, d := w.refused(stored("plan"))
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{d}})
	w.appeal(version(a, "v2"))
	w.created(id, "rx.appeal=skipped rx.attachment(plan)=skipped rx.appeal=done rx.attachment(plan)=ready")
	w.appeal(version(a, "v3"))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	if s := w.states(id); strings.Count(s, "rx.attachment(plan)") != 2 {
		w.Errorf("deliveries: %s", s)
	}
}

// created has revision 2 create the record, and wants the states given and the
// file sent to it.
func (w *world) created(id, states string) {
	w.Helper()
	c := w.one("rx", journal.VerbAppeal)
	w.same("revision", 2, c.Payload.Revision)
	w.settle(receipt(c, "doc-1"))
	w.same("deliveries", states, w.states(id))
	f := w.one("rx", journal.VerbAttachment)
	if f.To.ID != "doc-1" || f.File == nil || f.File.ID != "plan" || !f.File.Stored() {
		w.Errorf("file: to %v, %+v", f.To, f.File)
	}
	w.settle(receipt(f, "file-1"))
}

func updateSkipped(w *world) {
	a := message("1", "rx", stored("plan"))
	id := w.appeal(a).Appeal
	w.settle(receipt(w.one("rx", journal.VerbAppeal), ""))
	w.settle(failed(w.one("rx", journal.VerbAttachment), journal.SettleDead, sdk.Rejected))
	w.appeal(version(a, "v2"))
	deliveries := w.record(id).Deliveries
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{deliveries[2].ID}})
	w.same("deliveries", "rx.appeal=done rx.attachment(plan)=dead rx.appeal=skipped", w.states(id))
}

func laterSkipped(w *world) {
	a, id, _ := w.refused(stored("plan"))
	w.appeal(version(a, "v2"))
	deliveries := w.record(id).Deliveries
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{deliveries[2].ID}})
	w.same("deliveries", "rx.appeal=dead rx.attachment(plan)=queued rx.appeal=skipped", w.states(id))
}
