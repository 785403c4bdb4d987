package pos

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

// TestReread: an item is read once more as a page of the list is, and is not to be
// acknowledged again.
func TestReread(t *testing.T) {
	c := &Connector{link: "pos", cfg: config{zone: zone(t, "Europe/Moscow"), appeals: []kindRule{{"a", ""}}}}
	for raw, good := range map[string]bool{
		`{"id":1,"description":"Яма","applicant":{"surname":"Иванова"},"createdAt":1}`:       true,
		`{"id":1,"description":"Яма","applicant":{"surname":"Иванова"},"createdAt":"вчера"}`: false,
	} {
		page := c.mapping().page([]json.RawMessage{json.RawMessage(raw)})
		a, err := c.RereadAppeal(t.Context(), []byte(raw))
		if !good {
			if err == nil || err.Error() != page.Rejected[0].Reason {
				t.Errorf("%s: %v, not %s", raw, err, page.Rejected[0].Reason)
			}
			continue
		}
		want := page.Items[0]
		want.AckID = ""
		if diff := cmp.Diff([]sdk.Appeal{want}, []sdk.Appeal{a}); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", raw, err, diff)
		}
	}
}
