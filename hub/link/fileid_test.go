package link_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestFileID: an id is its link's alone, and the same however often it is made.
func TestFileID(t *testing.T) {
	long := strings.Repeat("ё", sdk.MaxName)
	for id, want := range map[string]string{
		"7": "rx:7", "rx:7": "rx:7", "pos:7": "rx:pos:7", "letter-60-95": "rx:letter-60-95",
		long: link.FileID("rx", long), long[2:]: link.FileID("rx", long[2:]),
	} {
		got := link.FileID("rx", id)
		if got != want || link.FileID("rx", got) != got || !strings.HasPrefix(got, "rx:") || len([]rune(got)) > sdk.MaxName {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
	if link.FileID("rx", long) == link.FileID("rx", long[2:]) {
		t.Error("two long ids are one")
	}
}

// opener remembers which file it was asked for.
type opener struct {
	attacher
	asked string
}

func (o *opener) OpenAttachment(_ context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	o.asked = a.ID
	return io.NopCloser(strings.NewReader("")), nil
}

// TestOpenAttachmentByItsID: a connector knows a file by the id that it gave.
func TestOpenAttachmentByItsID(t *testing.T) {
	o := &opener{}
	l := open(t, link.Config{Name: "rx", Connector: "test"}, o)
	for id, want := range map[string]string{"rx:7": "7", "7": "7", "pos:7": "pos:7"} {
		r, err := l.OpenAttachment(t.Context(), sdk.Attachment{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		if o.asked != want {
			t.Errorf("%s: asked for %s", id, o.asked)
		}
	}
}
