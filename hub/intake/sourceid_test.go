package intake_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// idOn is the id that an appeal gets on a journal of its own.
func idOn(t *testing.T, a sdk.Appeal) (id string) {
	t.Helper()
	inBubble(t, map[string]sdk.Connector{"pos": &portal{list: []sdk.Appeal{a}}}, func(w *world) {
		w.run()
		views, err := w.journal.Appeals(w.Context(), journal.AppealQuery{Limit: 10})
		if err != nil || len(views) != 1 {
			w.Fatalf("%d appeals, %v", len(views), err)
		}
		id = views[0].ID
	})
	return id
}

// TestSourceID: a journal that has forgotten an appeal gives it the same id again
// where its source tells when it was sent or registered, and another appeal, or
// other content, another one.
func TestSourceID(t *testing.T) {
	sent, registered, timeless, other := message("1"), message("1"), message("1"), message("2")
	sent.ReceivedAt = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	registered.RegisteredAt, other.ReceivedAt = sent.ReceivedAt, sent.ReceivedAt
	revised := sent
	revised.Text = "Во дворе всё ещё не горит свет"
	id := idOn(t, sent)
	if first, again := idOn(t, registered), idOn(t, registered); first != again {
		t.Errorf("one that tells when it was registered alone: %s and %s", first, again)
	}
	if u, err := uuid.Parse(id); err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 || !time.Unix(u.Time().UnixTime()).Equal(sent.ReceivedAt) {
		t.Errorf("id %s: %v", id, err)
	}
	for name, c := range map[string]struct {
		a    sdk.Appeal
		same bool
	}{
		"again": {sent, true}, "other content": {revised, false}, "registered": {registered, false}, "without a time": {timeless, false}, "another": {other, false},
	} {
		if got := idOn(t, c.a); (got == id) != c.same {
			t.Errorf("%s: %s, and the first was %s", name, got, id)
		}
	}
}
