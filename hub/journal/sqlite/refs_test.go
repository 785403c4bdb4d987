package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

// TestOwn: a reference is that of whom had it first, and is among the open ones from when
// its link is a target.
func TestOwn(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	ref := sdk.Ref{Link: "delo", ID: "7"}
	ids := []string{}
	for _, id := range []string{"1", "2"} {
		if _, err := add(t, j, id, "x"); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, claimAll(t, j)[0].Appeal)
	}
	for _, step := range []struct {
		appeal  string
		targets []string
		own     bool
		open    []sdk.Ref
	}{
		{ids[0], nil, true, nil},
		{ids[1], []string{"delo"}, false, nil},
		{ids[0], []string{"delo"}, true, []sdk.Ref{ref}},
		{ids[0], nil, true, nil},
	} {
		var own bool
		err := j.do(t.Context(), false, func(tx *tx) error {
			a, err := tx.find(step.appeal)
			if err != nil {
				return err
			}
			a.Targets = step.targets
			own, err = tx.own(a, ref)
			return err
		})
		if err != nil || own != step.own {
			t.Errorf("%+v: own %v, %v", step, own, err)
		}
		open, err := j.OpenRefs(t.Context(), ref.Link, "", 9)
		if diff := cmp.Diff(step.open, open); diff != "" || err != nil {
			t.Errorf("%+v: %v (-want +got)\n%s", step, err, diff)
		}
	}
}
