package dispatch_test

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestUploadedBefore: a journal that was put back to a time before a file was sent
// gets the id that the system gave it then, where later steps name that id, and the
// file is not sent again. Another appeal's is sent.
func TestUploadedBefore(t *testing.T) {
	for name, first := range map[string]bool{"files first": true, "files after": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				edms, folder := &system{}, filepath.Join(t.TempDir(), "spool")
				receipts := map[string]int{}
				for _, id := range []string{"a", "a", "b"} { // each time on a new journal
					w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{edms}}, first: first, spool: folder})
					o, err := w.spool.Put(t.Context(), strings.NewReader("letter"), 0)
					if err != nil {
						t.Fatal(err)
					}
					a := appeal(1, "1", sdk.Attachment{ID: "f", Size: o.Size, SHA256: o.SHA256})
					if _, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{ID: id, At: time.Now(), Link: source, Appeal: &a}}}); err != nil {
						t.Fatal(err)
					}
					w.run()
					time.Sleep(time.Second)
					receipts[w.deliveries(target)[1].ReceiptID]++
				}
				sent := len(edms.seen("attachment"))
				if want := map[bool]int{true: 2, false: 3}[first]; sent != want || receipts["a-attachmentf"] != 2 || receipts["b-attachmentf"] != 1 {
					t.Errorf("sent %d times, receipts %v", sent, receipts)
				}
			})
		})
	}
}

// fickle answers uploads as it is told, one after the other, and then well.
type fickle struct {
	plain
	answers []answer
}

type answer struct {
	receipt sdk.Receipt
	err     error
}

func (f *fickle) DeliverAttachment(ctx context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	r, err := f.plain.DeliverAttachment(ctx, to, a, body)
	if len(f.answers) == 0 || err != nil {
		return r, err
	}
	next := f.answers[0]
	f.answers = f.answers[1:]
	return next.receipt, next.err
}

// TestUploadNotTaken: where files go first, only an id that is the system's last
// word is remembered: a file that failed, or that got no id for good, is sent again
// when it is asked for again.
func TestUploadNotTaken(t *testing.T) {
	for name, c := range map[string]struct {
		answer
		done int // of two deliveries, soon after the first call
	}{
		"it failed":      {answer{err: sdk.Errorf(sdk.Transient, "upload", "no")}, 1},
		"no id":          {answer{}, 2},
		"a token and id": {answer{receipt: sdk.Receipt{Ref: sdk.Ref{ID: "draft"}, Token: "t"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				edms, folder := &fickle{plain{&system{}}, []answer{c.answer}}, filepath.Join(t.TempDir(), "spool")
				for i := range 2 { // each time on a new journal
					w := newWorld(t, setting{links: map[string]sdk.Connector{target: edms}, first: true, spool: folder})
					o, err := w.spool.Put(t.Context(), strings.NewReader("letter"), 0)
					if err != nil {
						t.Fatal(err)
					}
					a := appeal(1, "1", sdk.Attachment{ID: "f", Size: o.Size, SHA256: o.SHA256})
					if _, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{ID: "a", At: time.Now(), Link: source, Appeal: &a}}}); err != nil {
						t.Fatal(err)
					}
					w.run()
					time.Sleep(time.Second / 2)
					if got := w.states(target)[journal.DeliveryDoneOK]; i == 0 && got != c.done {
						t.Errorf("%d done, want %d", got, c.done)
					}
					time.Sleep(10 * time.Second)
					if got := w.deliveries(target)[1]; got.State != journal.DeliveryDoneOK || i > 0 && got.ReceiptID != "a-attachmentf" {
						t.Errorf("in the end: %+v", got)
					}
				}
				if sent := len(edms.seen("attachment")); sent != 2 {
					t.Errorf("sent %d times", sent)
				}
			})
		})
	}
}
