package intake

import (
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// TestFilesOfSystems: files of one appeal that two systems give the same id are two. Else
// the one that is known already would go in place of the other: the applicant's own
// photograph, or another body's letter, to the portal as the answer.
func TestFilesOfSystems(t *testing.T) {
	in := New(Config{})
	file := func() []sdk.Attachment { return []sdk.Attachment{{ID: "7", Locator: "/7"}} }
	a := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}, Attachments: file()}
	in.appeal("pos", a)
	ids := map[string]string{a.Attachments[0].ID: "pos"}
	for _, link := range []string{"rx", "archive"} {
		c := &sdk.StatusChange{Ref: sdk.Ref{Link: link, ID: "5"}, Status: sdk.StatusAnswered, Attachments: file()}
		in.change(link, c, true)
		id := c.Attachments[0].ID
		if other, taken := ids[id]; taken {
			t.Errorf("the file %s of %s is one of %s", id, link, other)
		}
		ids[id] = link
		known := c.ID
		if in.change(link, c, true); c.Attachments[0].ID != id || c.ID != known {
			t.Errorf("the same change again: %s, file %s", c.ID, c.Attachments[0].ID)
		}
	}
}
