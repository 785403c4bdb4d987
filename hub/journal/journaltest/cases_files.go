package journaltest

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func fileCases() []testcase {
	return []testcase{
		{"a file is held until it is stored", "what is not there can't be sent", heldFile},
		{"a missing file is skipped and blocks nothing", "an appeal is worth more than its photo", missingFile},
		{"files are open until they are fetched", "the source is acknowledged no sooner", openFiles},
		{"a stored file behind a dead letter stays behind it", "order holds for files too", storedBehindDead},
		{"a file that came stored is not held", "the API's files are in the spool before", alreadyStored},
	}
}

func heldFile(w *world) {
	r := w.appeal(message("1", "rx", pending("photo")))
	w.same("woken", []string{"pos", "rx"}, w.awake())
	if s := w.states(r.Appeal); s != "pos.fetch(photo)=ready rx.appeal=ready rx.attachment(photo)=held" {
		w.Fatalf("deliveries: %s", s)
	}
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	w.none("rx")
	f := w.one("pos", journal.VerbFetch)
	w.same("to fetch", &sdk.Attachment{ID: "photo", Name: "photo.jpg", Locator: "https://pos.example/photo", Appeal: r.Appeal}, f.File)
	s := done(f)
	s.File = &sdk.Attachment{Size: 5, SHA256: "ff", Name: "Двор.jpg"}
	w.pass(time.Second)
	w.awake()
	w.settle(s)
	w.same("woken by the file", []string{"rx"}, w.awake())
	up := w.one("rx", journal.VerbAttachment)
	if up.To.ID != "doc-1" || up.File.SHA256 != "ff" || up.File.Size != 5 || up.File.Name != "Двор.jpg" {
		w.Errorf("to %v: %+v", up.To, up.File)
	}
	w.settle(receipt(up, "file-1"))
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done attachment.stored delivery.done" {
		w.Errorf("events: %s", k)
	}
	got := w.record(r.Appeal).Appeal.Attachments[0]
	if !got.Stored() || got.Name != "Двор.jpg" {
		w.Errorf("record: %+v", got)
	}
	w.reopen()
	w.same("after a restart", got, w.record(r.Appeal).Appeal.Attachments[0])
}

func missingFile(w *world) {
	r := w.appeal(message("1", "rx", pending("gone"), pending("photo")))
	for range 2 {
		f := w.one("pos", journal.VerbFetch)
		s := done(f)
		s.File = &sdk.Attachment{Missing: "404"}
		if f.Attachment == "photo" {
			s.File = &sdk.Attachment{Size: 5, SHA256: "ff"}
		}
		w.settle(s)
	}
	if s := w.states(r.Appeal); s != "pos.fetch(gone)=done pos.fetch(photo)=done rx.appeal=ready rx.attachment(gone)=skipped rx.attachment(photo)=queued" {
		w.Errorf("deliveries: %s", s)
	}
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	w.one("rx", journal.VerbAttachment)
	if a := w.record(r.Appeal).Appeal.Attachments[0]; a.Missing != "404" || a.Stored() {
		w.Errorf("record: %+v", a)
	}
}

func openFiles(w *world) {
	a := message("1", "rx", pending("photo"))
	if r := w.appeal(a); r.OpenFiles != 1 {
		w.Errorf("at first: %+v", r)
	}
	if r := w.appeal(a); r.Outcome != journal.Duplicate || r.OpenFiles != 1 {
		w.Errorf("again: %+v", r)
	}
	s := done(w.one("pos", journal.VerbFetch))
	s.File = &sdk.Attachment{Size: 5, SHA256: "ff"}
	w.settle(s)
	if r := w.appeal(a); r.Outcome != journal.Duplicate || r.OpenFiles != 0 {
		w.Errorf("once fetched: %+v", r)
	}
}

func storedBehindDead(w *world) {
	r := w.appeal(message("1", "rx", pending("photo")))
	w.settle(failed(w.one("rx", journal.VerbAppeal), journal.SettleDead, sdk.Rejected))
	s := done(w.one("pos", journal.VerbFetch))
	s.File = &sdk.Attachment{Size: 5, SHA256: "ff"}
	w.settle(s)
	w.none("rx")
	if s := w.states(r.Appeal); s != "pos.fetch(photo)=done rx.appeal=dead rx.attachment(photo)=queued" {
		w.Errorf("deliveries: %s", s)
	}
}

func alreadyStored(w *world) {
	f := sdk.Attachment{ID: "scan", Name: "scan.pdf", Size: 7, SHA256: "aa"}
	r := w.appeal(message("1", "rx", f))
	if r.OpenFiles != 0 {
		w.Errorf("open files: %d", r.OpenFiles)
	}
	if s := w.states(r.Appeal); s != "rx.appeal=ready rx.attachment(scan)=queued" {
		w.Errorf("deliveries: %s", s)
	}
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
	f.Appeal = r.Appeal
	w.same("file", &f, w.one("rx", journal.VerbAttachment).File)
}
