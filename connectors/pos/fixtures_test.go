package pos_test

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
	"github.com/appealhub/appealhub/testdata"
)

// TestSharedFixtures: every appeal that demos and tests share is read whole,
// with every file that is there.
func TestSharedFixtures(t *testing.T) {
	fixtures, err := testdata.Appeals()
	if err != nil {
		t.Fatal(err)
	}
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", fixtures, nil)
	c := connect(t, p, "kind_59fz", "Вид обращения=Обращение по 59-ФЗ")
	appeals, rejected, _ := sweep(t, c)
	if len(appeals) != 50 || len(rejected) != 0 {
		t.Fatalf("%d appeals, rejected %+v", len(appeals), rejected)
	}
	got := map[string]int{}
	for _, a := range appeals {
		if err := a.Validate(); err != nil {
			t.Errorf("%s: %v", a.Ref.ID, err)
		}
		for what, is := range map[string]bool{
			"under 59-ФЗ": a.Kind == sdk.KindAppeal, "fast track": a.FastTrack, "collective": a.Collective && len(a.CoApplicants) > 0,
			"with a place": a.Place.FIAS != "", "with a point": a.Place.Point != nil, "with a term": !a.AnswerBy.IsZero(), "without a patronymic": a.Applicant.Patronymic == "",
			"over 9999 characters": utf8.RuneCountInString(a.Text) > 9999, "with files": len(a.Attachments) > 0, "with five files": len(a.Attachments) == 5,
		} {
			if is {
				got[what]++
			}
		}
		for _, file := range a.Attachments {
			got[openFile(t, c, file)]++
		}
	}
	for _, what := range []string{"under 59-ФЗ", "fast track", "collective", "with a place", "with a point", "with a term", "without a patronymic", "over 9999 characters", "with files", "with five files"} {
		if got[what] == 0 || got[what] == 50 {
			t.Errorf("%d appeals are %s", got[what], what)
		}
		delete(got, what)
	}
	want := map[string]int{"not_found": 1, "named": 34, "without a name": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files: %s", diff)
	}
}

// openFile says what came of opening a file.
func openFile(t *testing.T, c *pos.Connector, a sdk.Attachment) string {
	t.Helper()
	body, err := c.OpenAttachment(t.Context(), a)
	if err != nil {
		return string(sdk.KindOf(err))
	}
	defer body.Close()
	if _, err := io.Copy(io.Discard, body); err != nil {
		t.Error(err)
	}
	name, _ := body.(sdk.Named).AttachmentName()
	switch {
	case strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, "."):
		return "unsafe name"
	case name == "":
		return "without a name"
	}
	return "named"
}
