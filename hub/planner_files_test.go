package hub

import (
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestFilesAreFetchedOnce: by the event that first names them, whatever becomes
// of it; a later event that is told on takes them along.
func TestFilesAreFetchedOnce(t *testing.T) {
	letter := func(s sdk.Status, raw string, minute int) sdk.StatusChange {
		return sdk.StatusChange{Status: s, External: sdk.External{Code: raw}, At: at(12, minute), Attachments: []sdk.Attachment{pending("letter")}}
	}
	for name, c := range map[string]struct {
		first  journal.Input
		reason journal.Reason
		then   journal.FileState // of the letter when the answer comes
		answer string
	}{
		"applied, not stored yet": {changed("rx", letter(sdk.StatusInWork, "", 0)), "", journal.FilePending, "pos.attachment(letter)? pos.status"},
		"applied, stored":         {changed("rx", letter(sdk.StatusInWork, "", 0)), "", journal.FileStored, "pos.attachment(letter) pos.status"},
		"parked, stored":          {changed("rx", letter("", "Odd", 0)), journal.ReasonUnmapped, journal.FileStored, "pos.attachment(letter) pos.status"},
		"parked, not stored yet":  {changed("rx", letter("", "Odd", 0)), journal.ReasonUnmapped, journal.FilePending, "pos.attachment(letter)? pos.status"},
		"parked, gone":            {changed("rx", letter("", "Odd", 0)), journal.ReasonUnmapped, journal.FileMissing, "pos.status"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(testPlanner(t))
			w.plan(received(message()))
			p := w.plan(c.first)
			if p.Reason != c.reason || len(p.Steps) == 0 || p.Steps[0] != (journal.Step{Link: "rx", Verb: journal.VerbFetch, Attachment: "letter"}) {
				t.Fatalf("reason %q, steps %s", p.Reason, steps(p))
			}
			w.state.Files["letter"] = c.then
			wantSteps(t, w.plan(changed("rx", letter(sdk.StatusAnswered, "", 30))), c.answer)
		})
	}
}

// TestFilesOfAnOperatorsRoute: the one who routes is not the one who announced.
func TestFilesOfAnOperatorsRoute(t *testing.T) {
	for link, want := range map[string]string{
		"pos":  "rx.appeal rx.attachment(1)?",
		"mail": "rx.appeal", // nobody fetches its files
	} {
		w := newWorld(testPlanner(t))
		lost := message(pending("1"))
		lost.Organisation = "gone"
		in := received(lost)
		in.Link = link
		if p := w.plan(in); p.Reason != journal.ReasonNoOrganisation {
			t.Fatalf("got %q", p.Reason)
		}
		found := *lost
		found.Organisation = "adm"
		wantSteps(t, w.plan(journal.Input{Kind: journal.AppealRouted, At: at(16, 0), Appeal: &found}), want)
	}
}
