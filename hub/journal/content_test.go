package journal_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestComplete: what columns and later events know is laid over the content,
// which stays as it is.
func TestComplete(t *testing.T) {
	content := &sdk.Appeal{
		Text: "x", Numbers: []sdk.Number{{System: sdk.NumberPOS, Link: "pos", Value: "1"}},
		Attachments: []sdk.Attachment{{ID: "a", Name: "as announced"}, {ID: "b"}, {ID: "c"}},
	}
	files := map[string]journal.File{
		"a": {State: journal.FileStored, Learned: sdk.Attachment{Name: "фото.jpg", MediaType: "image/jpeg", Size: 5, SHA256: "ab"}},
		"b": {State: journal.FileMissing, Learned: sdk.Attachment{Missing: "404"}},
		"c": {State: journal.FilePending, Learned: sdk.Attachment{Size: 7}},
	}
	numbers := []sdk.Number{{Link: "rx", Value: "5-ОГ"}, {System: sdk.NumberPOS, Link: "pos", Value: "2"}}
	got := journal.Complete(content, &journal.View{ID: "id", Organisation: "adm"}, 3, files, numbers)
	want := &sdk.Appeal{
		ID: "id", Revision: 3, Organisation: "adm", Text: "x",
		Numbers: []sdk.Number{{System: sdk.NumberPOS, Link: "pos", Value: "2"}, {Link: "rx", Value: "5-ОГ"}},
		Attachments: []sdk.Attachment{
			{ID: "a", Appeal: "id", Name: "фото.jpg", MediaType: "image/jpeg", Size: 5, SHA256: "ab"}, {ID: "b", Appeal: "id", Missing: "404"}, {ID: "c", Appeal: "id"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if content.ID != "" || content.Numbers[0].Value != "1" || content.Attachments[0].Name != "as announced" || content.Attachments[1].Missing != "" {
		t.Errorf("the content was changed: %#v", content.Attachments)
	}
}

// TestCompleteChange: a link is told its own receipts, never another's.
func TestCompleteChange(t *testing.T) {
	content := &sdk.StatusChange{ID: "s", Attachments: []sdk.Attachment{{ID: "a", Ref: sdk.Ref{Link: "rx", ID: "17"}}, {ID: "b", Ref: sdk.Ref{Link: "rx", ID: "18"}}}}
	files := map[string]journal.File{"a": {State: journal.FileStored, Learned: sdk.Attachment{Size: 5, SHA256: "ab"}}}
	got := journal.CompleteChange(content, "id", "pos", files, map[string]string{"a": "46"})
	want := []sdk.Attachment{{ID: "a", Appeal: "id", Size: 5, SHA256: "ab", Ref: sdk.Ref{Link: "pos", ID: "46"}}, {ID: "b", Appeal: "id"}}
	if diff := cmp.Diff(want, got.Attachments); diff != "" {
		t.Error(diff)
	}
	if content.Attachments[0].Ref.ID != "17" || content.Attachments[0].Appeal != "" {
		t.Error("the content was changed")
	}
}

func TestLearned(t *testing.T) {
	if n, ok := journal.Learned(&sdk.StatusChange{Number: sdk.Number{Value: "5-ОГ"}}, "rx"); !ok || n.Link != "rx" {
		t.Errorf("got %+v, %v", n, ok)
	}
	if n, ok := journal.Learned(&sdk.StatusChange{Number: sdk.Number{Link: "medo", Value: "5"}}, "rx"); !ok || n.Link != "medo" {
		t.Errorf("got %+v, %v", n, ok)
	}
	if _, ok := journal.Learned(&sdk.StatusChange{}, "rx"); ok {
		t.Error("a number was learned from none")
	}
}

func TestAnnouncedState(t *testing.T) {
	for want, a := range map[journal.FileState]sdk.Attachment{
		journal.FileStored: {SHA256: "ab"}, journal.FileMissing: {Missing: "404"}, journal.FilePending: {Name: "x", Size: 5},
	} {
		if got := journal.AnnouncedState(&a); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestBodies: what is written is read again.
func TestBodies(t *testing.T) {
	a := &sdk.Appeal{ID: "id", Revision: 2, Organisation: "adm", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "Во дворе не горит свет", Fields: []sdk.Field{{Name: "n", Value: "v"}}}
	packed, digest, err := journal.PackAppeal(a)
	if err != nil {
		t.Fatal(err)
	}
	body, same, err := journal.Unpack(packed)
	if err != nil || !bytes.Equal(digest, same) || len(digest) == 0 {
		t.Fatalf("digest %x comes back as %x, %v", digest, same, err)
	}
	back, err := journal.ReadAppealBody(body)
	if err != nil || back.ID != "" || back.Revision != 0 || back.Organisation != "adm" || back.Text != a.Text || back.Fields[0] != a.Fields[0] {
		t.Errorf("got %#v, %v", back, err)
	}
	if a.ID != "id" {
		t.Error("the appeal was changed")
	}
	if body, err := journal.NoteBody(""); err != nil || body != nil {
		t.Errorf("no text has the body %q, %v", body, err)
	}
	if body, err := journal.NoteBody("\xff"); err != nil || string(body) != `{"text":"`+"\ufffd"+`"}` {
		t.Errorf("got %q, %v", body, err)
	}
	if _, err := journal.ReadChangeBody([]byte(`{"id":5,"text":"Иванов"}`)); err == nil || len(err.Error()) > 60 {
		t.Errorf("got %v", err)
	}
}

// TestOddBodies: what a canonical document could not say, and one of another version
// does, is read again too: a journal holds what was taken in once.
func TestOddBodies(t *testing.T) {
	for why, want := range map[string]*sdk.Appeal{
		"no kind":         {Text: "Яма"},
		"an empty list":   {Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Numbers: []sdk.Number{}},
		"an empty number": {Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Numbers: []sdk.Number{{}}},
	} {
		body, err := want.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := journal.ReadAppealBody(body)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", why, err, diff)
		}
	}
	a, err := journal.ReadAppealBody([]byte(`{"kind":"message","of_tomorrow":[1],"text":"Яма"}`))
	if err != nil || a.Text != "Яма" {
		t.Errorf("with a member of another version: %+v, %v", a, err)
	}
	c, err := journal.ReadChangeBody([]byte(`{"id":"","of_tomorrow":null,"text":"Яма"}`))
	if err != nil || c.Text != "Яма" {
		t.Errorf("a change with a member of another version: %+v, %v", c, err)
	}
}
