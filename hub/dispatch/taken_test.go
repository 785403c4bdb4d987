package dispatch_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// renumbered is a system that gives every appeal the same record.
type renumbered struct{ plain }

func (r renumbered) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	_, err := r.plain.DeliverAppeal(ctx, a)
	return sdk.Receipt{Ref: sdk.Ref{ID: "1"}}, err
}

// TestRecordOfAnother: an appeal that a system gives the record of another one is a
// dead letter, and its files are not put into that record.
func TestRecordOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edms := &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: renumbered{plain{edms}}}})
		ids := w.submit(appeal(1, "1"))
		w.run()
		time.Sleep(time.Second)
		o, err := w.spool.Put(t.Context(), strings.NewReader("plan"), 0)
		if err != nil {
			t.Fatal(err)
		}
		w.submit(appeal(2, "1", sdk.Attachment{ID: "plan", Size: o.Size, SHA256: o.SHA256}))
		time.Sleep(time.Minute)
		all := w.deliveries(target)
		if all[0].State != journal.DeliveryDoneOK || all[1].State != journal.DeliveryDeadly {
			t.Fatalf("states %q, %q", all[0].State, all[1].State)
		}
		if d := all[1]; d.LastKind != sdk.Conflict || d.Attempts != 1 || !strings.Contains(d.LastError, ids[0]) {
			t.Errorf("dead after %d attempts as %s: %q", d.Attempts, d.LastKind, d.LastError)
		}
		if n := len(edms.seen("attachment")); n > 0 {
			t.Errorf("%d files went into the record of another appeal", n)
		}
	})
}
