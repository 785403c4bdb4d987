package intake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/sdk"
	"github.com/appealhub/appealhub/testdata"
)

func TestFileNames(t *testing.T) {
	long := strings.Repeat("ж", 300)
	for name, c := range map[string]struct{ in, want string }{
		"plain":                     {"Фото двора.jpg", "Фото двора.jpg"},
		"a way up":                  {"../../etc/passwd", "passwd"},
		"a way up, as Windows does": {`..\..\boot.ini`, "boot.ini"},
		"a folder alone":            {"..", ""},
		"a path's end":              {"scans/", ""},
		"control characters":        {"a\x00b\r\n.pdf", "ab.pdf"},
		"a hidden extension":        {"photo\u202egpj.exe", "photogpj.exe"},
		"two ways to write й":       {"Копи\u0438\u0306.pdf", "Копи\u0439.pdf"},
		"long":                      {long + ".docx", strings.Repeat("ж", 250) + ".docx"},
		"long without an extension": {long, strings.Repeat("ж", 255)},
		"invalid UTF-8":             {"a\xff.pdf", "a\ufffd.pdf"},
	} {
		a := sdk.Appeal{Attachments: []sdk.Attachment{{Name: c.in}}}
		intake.Normalize(&a)
		if got := a.Attachments[0].Name; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestNormalize(t *testing.T) {
	moscow := time.FixedZone("", 3*3600)
	a := sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: "1"}, Text: "  как есть \u0438\u0306 ", Address: " ул. \u0438\u0306 ", Applicant: sdk.Applicant{Surname: " Ли\u00a0"},
		Place: sdk.Place{FIAS: "0C5B2444-70A0-4932-980C-B4DC0D3F02B5"}, ReceivedAt: time.Date(2026, 11, 20, 9, 0, 0, 123456789, moscow),
		Attachments: []sdk.Attachment{{ID: "1", MediaType: "Image/JPEG; q=1"}, {ID: "1", MediaType: "nonsense"}, {Locator: "/x"}},
	}
	intake.Normalize(&a)
	want := sdk.Appeal{
		Ref: a.Ref, Text: "  как есть \u0438\u0306 ", Address: "ул. \u0439", Applicant: sdk.Applicant{Surname: "Ли"},
		Place: sdk.Place{FIAS: "0c5b2444-70a0-4932-980c-b4dc0d3f02b5"}, ReceivedAt: time.Date(2026, 11, 20, 9, 0, 0, 123456000, moscow),
		Attachments: []sdk.Attachment{{ID: "1", MediaType: "image/jpeg"}, {ID: a.Attachments[1].ID}, {ID: a.Attachments[2].ID, Locator: "/x"}},
		Version:     a.Version,
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ids := map[string]bool{}
	for _, f := range a.Attachments {
		ids[f.ID] = true
	}
	if len(ids) != 3 || ids[""] || len(a.Version) != 32 {
		t.Errorf("ids %v, version %q", ids, a.Version)
	}
}

// TestNormalizeKeepsLimits: a letter that NFC takes apart does not make a name
// too long.
func TestNormalizeKeepsLimits(t *testing.T) {
	a := sdk.Appeal{
		Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "?", Applicant: sdk.Applicant{Surname: strings.Repeat("\u0958", sdk.MaxName)},
		Attachments: []sdk.Attachment{{Name: strings.Repeat("\u0958", sdk.MaxName)}},
	}
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	intake.Normalize(&a)
	if err := a.Validate(); err != nil {
		t.Error(err)
	}
}

// text is what people and systems write: composed and decomposed letters, odd
// spaces, paths.
func text(t *rapid.T, label string) string {
	part := rapid.SampledFrom([]string{"", " ", "\u00a0", "Иванов", "\u0438\u0306", "\u0439", "e\u0301", "é", "\u212b", "/", `\`, "..", ".", "a.pdf", "\t", "\u200b", "\u202e", "漢", "𐍈", "\ufeff", "\u0301"})
	return strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, label), "")
}

func files(t *rapid.T) []sdk.Attachment {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sdk.Attachment {
		return sdk.Attachment{
			ID: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "id"), Name: text(t, "name"), Locator: text(t, "locator"),
			MediaType: rapid.SampledFrom([]string{"", "text/plain", "TEXT/Plain", "text/plain; charset=x", "?"}).Draw(t, "type"),
		}
	}), 0, 4).Draw(t, "files")
}

// TestNormalizeProperties: once is enough, what was valid stays valid, and what
// is stored reads back as itself.
func TestNormalizeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := sdk.Appeal{
			Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: text(t, "text"), Address: text(t, "address"), Version: text(t, "version"),
			Applicant:    sdk.Applicant{Surname: text(t, "surname"), Organisation: text(t, "organisation")},
			CoApplicants: []sdk.Applicant{{Name: text(t, "co-applicant")}}, Numbers: []sdk.Number{{Value: text(t, "number")}},
			Category: sdk.Term{Name: text(t, "category")}, Fields: []sdk.Field{{Name: text(t, "field"), Value: text(t, "value")}}, Attachments: files(t),
			ReceivedAt: time.Unix(0, rapid.Int64Range(0, 1<<60).Draw(t, "time")).UTC(),
		}
		valid := a.Validate() == nil
		intake.Normalize(&a)
		if err := a.Validate(); valid && err != nil {
			t.Fatalf("it was valid: %v", err)
		}
		once := a
		once.Attachments = append([]sdk.Attachment(nil), a.Attachments...)
		intake.Normalize(&a)
		if diff := cmp.Diff(once.Attachments, a.Attachments); diff != "" && len(a.Attachments) > 0 {
			t.Fatalf("twice is another thing: %s", diff)
		}
		once.Attachments = a.Attachments
		if diff := cmp.Diff(once, a); diff != "" {
			t.Fatalf("twice is another thing: %s", diff)
		}
		if a.Validate() != nil {
			return
		}
		body, err := a.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := intake.ReadAppeal(body)
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if back.Version != a.Version || sdk.ContentVersion(back) != sdk.ContentVersion(a) {
			t.Fatalf("it reads back as something else: %s", cmp.Diff(a, back))
		}
	})
}

// TestOldOffsets: a time of before 1920, whose zone's offset had seconds, is the same
// instant when it is read again.
func TestOldOffsets(t *testing.T) {
	for _, offset := range []int{9017, -9017, 16279} {
		at := time.Date(1910, 1, 1, 9, 0, 0, 0, time.FixedZone("", offset))
		a := sdk.Appeal{
			Ref: sdk.Ref{Link: "pos", ID: "1"}, Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "x", Applicant: sdk.Applicant{Surname: "Примерова"}, ReceivedAt: at,
		}
		intake.Normalize(&a)
		body, err := a.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := intake.ReadAppeal(body)
		if err != nil || !back.ReceivedAt.Equal(at) {
			t.Errorf("%s is read again as %s: %v", at.UTC(), back.ReceivedAt.UTC(), err)
		}
	}
}

func TestNormalizeChangeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sdk.StatusChange{
			ID: rapid.SampledFrom([]string{"", "1"}).Draw(t, "id"), Ref: sdk.Ref{Link: "rx", ID: "1"}, Text: text(t, "text"),
			Number: sdk.Number{Value: text(t, "number")}, ForwardedTo: text(t, "to"), Executor: sdk.Official{Surname: text(t, "executor")}, Attachments: files(t),
		}
		valid := c.Validate() == nil
		intake.NormalizeChange(&c)
		if err := c.Validate(); valid && err != nil {
			t.Fatalf("it was valid: %v", err)
		}
		once := c
		once.Attachments = append([]sdk.Attachment(nil), c.Attachments...)
		intake.NormalizeChange(&c)
		once.Attachments = append([]sdk.Attachment{}, once.Attachments...)
		again := c
		again.Attachments = append([]sdk.Attachment{}, c.Attachments...)
		if diff := cmp.Diff(once, again); diff != "" {
			t.Fatalf("twice is another thing: %s", diff)
		}
	})
}

// FuzzReadAppeal: no bytes bring the reader down; what it takes is valid, and
// writes and reads back as itself.
func FuzzReadAppeal(f *testing.F) {
	for _, name := range append(testdata.CanonicalAppeals(), "bench-3kb.json") {
		body, err := testdata.Canonical(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, s := range []string{"", "{", `{"kind":"message","kind":"appeal"}`, "{\"text\":\"\xff\"}", `{"text":"\ud800"}`, `{} {}`, `{"received_at":"2026-01-01T00:00:00"}`, `{"Kind":1,"place":{"point":{"lat":1e999}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := intake.ReadAppeal(body)
		if err != nil {
			return
		}
		if err := a.Validate(); err != nil {
			t.Fatalf("taken and not valid: %v", err)
		}
		out, err := a.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := intake.ReadAppeal(out)
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if again, err := back.AppendJSON(nil); err != nil || string(again) != string(out) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
	})
}
