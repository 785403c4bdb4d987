package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// strict is a portal one item of which its connector can't read until it is mended.
type strict struct {
	*portal
	served bool
	mended bool
}

func (s *strict) FetchAppeals(context.Context, sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	if s.served {
		return sdk.Page[sdk.Appeal]{}, nil
	}
	return sdk.Page[sdk.Appeal]{Rejected: []sdk.Raw{{AckID: "ack-late", RefID: "late", Body: []byte(`{"id":"late"}`), Reason: "member createdAt is no time"}}}, nil
}

func (s *strict) Ack(ctx context.Context, taken ...string) error {
	s.served = true
	return s.portal.Ack(ctx, taken...)
}

func (s *strict) RereadAppeal(_ context.Context, body []byte) (sdk.Appeal, error) {
	if !s.mended || string(body) != `{"id":"late"}` {
		return sdk.Appeal{}, errors.New("member createdAt is no time")
	}
	a := message("late")
	a.AckID = ""
	return a, nil
}

// TestReplayItem: an item that its connector could not read is acknowledged and
// served no more; once the connector is mended it becomes the appeal that it was.
func TestReplayItem(t *testing.T) {
	s := &strict{portal: &portal{}}
	inBubble(t, map[string]sdk.Connector{"pos": s}, func(w *world) {
		w.run()
		w.same("acks", []string{"ack-late"}, s.told())
		w.same("parked", []string{"unparsable:late"}, w.parked())
		if why := w.replay(false); why != "is rejected still: member createdAt is no time" {
			w.Errorf("before: %q", why)
		}
		s.mended = true
		if why := w.replay(true); why != "" || len(w.appeals()) != 0 {
			w.Errorf("dry: %q", why)
		}
		if why := w.replay(false); why != "" {
			w.Errorf("mended: %q", why)
		}
		w.same("appeals", []string{"late"}, w.appeals())
		w.same("parked", 0, len(w.parked()))
	})
}

// TestReplayLate: an item that was rejected does not undo what its source served
// since; it stays on the list for an operator to dismiss.
func TestReplayLate(t *testing.T) {
	s := &strict{portal: &portal{}}
	inBubble(t, map[string]sdk.Connector{"pos": s}, func(w *world) {
		w.run()
		s.mended = true
		newer := message("late")
		newer.Version, newer.Text = "v2", "Яму засыпали, но плохо"
		if _, err := w.journal.Append(w.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: "pos", Appeal: &newer}}}); err != nil {
			w.Fatal(err)
		}
		if why := w.replay(false); !strings.Contains(why, "older than what was taken") {
			w.Errorf("replayed: %q", why)
		}
		w.same("parked", []string{"unparsable:late"}, w.parked())
		id, err := w.journal.ByRef(w.Context(), newer.Ref)
		if err != nil {
			w.Fatal(err)
		}
		r, err := w.journal.Appeal(w.Context(), id)
		if err != nil || r.Appeal.Text != newer.Text || r.View.Revision != 1 {
			w.Errorf("the appeal: revision %d, %q, %v", r.View.Revision, r.Appeal.Text, err)
		}
	})
}

// TestReplayDocument: what the hub itself refused of an appeal is read again as it
// is kept; what no connector can read stays.
func TestReplayDocument(t *testing.T) {
	good, bad := message("good"), message("bad")
	bad.Applicant = sdk.Applicant{}
	for name, c := range map[string]struct {
		a    sdk.Appeal
		link string
		says string
	}{
		"taken by now":   {good, "pos", ""},
		"wrong still":    {bad, "pos", "/applicant"},
		"another link's": {good, "rx", "can't read once more"},
		"nobody's":       {good, "gone", "does not read"},
	} {
		inBubble(t, map[string]sdk.Connector{"pos": &portal{}, "rx": &portal{}}, func(w *world) {
			body, err := json.Marshal(c.a)
			if err != nil {
				w.Fatal(err)
			}
			e := journal.Entry{At: time.Now(), Link: c.link, Rejected: &sdk.Raw{RefID: c.a.Ref.ID, Body: body, Reason: "an earlier rule"}}
			if _, err := w.journal.Append(w.Context(), journal.Batch{Entries: []journal.Entry{e}}); err != nil {
				w.Fatal(err)
			}
			if why := w.replay(false); why != c.says && (c.says == "" || !strings.Contains(why, c.says)) {
				w.Errorf("%s: %q", name, why)
			}
			if n := len(w.appeals()); (n == 1) != (c.says == "") {
				w.Errorf("%s: %d appeals", name, n)
			}
		})
	}
}

// replay replays the one thing that is parked and returns why it was refused.
func (w *world) replay(dry bool) string {
	w.Helper()
	all, err := w.journal.Parked(w.Context(), journal.ParkedQuery{Limit: 2})
	if err != nil || len(all) != 1 {
		w.Fatalf("parked: %v, %v", all, err)
	}
	_, err = w.intake.Replay(w.Context(), &all[0], "operator", "", dry)
	var refused *intake.Refused
	if errors.As(err, &refused) {
		return refused.Why
	}
	if err != nil {
		w.Fatal(err)
	}
	return ""
}
