package dispatch_test

import (
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
