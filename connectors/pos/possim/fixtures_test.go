package possim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/testdata"
)

// TestSharedFixtures: the platform takes all the appeals that demos and tests
// share, and serves them.
func TestSharedFixtures(t *testing.T) {
	fixtures, err := testdata.Appeals()
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, possim.Config{PageSize: 100})
	var ids struct{ IDs []string }
	body, err := json.Marshal(fixtures)
	if err != nil {
		t.Fatal(err)
	}
	c.must(201, "POST", "/_sim/items", string(body), &ids)
	if len(ids.IDs) != 50 {
		t.Fatalf("%d items, want 50", len(ids.IDs))
	}
	if p := c.list(""); p.TotalElements != 50 || len(p.Content) != 50 {
		t.Errorf("%d of %d items are served", len(p.Content), p.TotalElements)
	}
	for i, id := range ids.IDs {
		f := fixtures[i]
		if s := c.state(id); s.Name != f.Name || !strings.Contains(string(f.Official), `"match"`) {
			t.Errorf("%s: served as %q, official %.40s", f.Name, s.Name, f.Official)
		}
	}
}
