package intake

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestMessageOrder: what comes from a source keeps its order, since a revision follows
// what it revises; a submission over the API has nothing to follow.
func TestMessageOrder(t *testing.T) {
	in := New(Config{Now: time.Now})
	appeal := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}}
	for name, c := range map[string]struct {
		entry     journal.Entry
		unordered bool
	}{
		"of a source":  {entry: journal.Entry{Link: "pos", Appeal: appeal}},
		"over the API": {entry: journal.Entry{Link: link.ReservedName, Appeal: appeal, Once: true}, unordered: true},
	} {
		m, err := in.message(&c.entry)
		if err != nil {
			t.Fatal(err)
		}
		if m.Unordered != c.unordered {
			t.Errorf("an appeal %s: unordered is %v", name, m.Unordered)
		}
	}
	if in.cursorRecord(&journal.Position{Link: "pos"}).Unordered {
		t.Error("a cursor keeps its order")
	}
}
