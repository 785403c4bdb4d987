package api

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

// TestDismiss: an operator takes off the list what is looked after. What may become
// known still goes only if it is meant, an appeal without a way does not, and what
// nobody can read once more can't be replayed.
func TestDismiss(t *testing.T) {
	w := newWorld(t, nil)
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	_, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{
		{At: at, Link: "rx", Rejected: &sdk.Raw{RefID: "7", Body: []byte("{"), Reason: "is no JSON"}},
		{At: at, Link: "rx", Change: &sdk.StatusChange{ID: "c", Ref: sdk.Ref{Link: "rx", ID: "8"}, Status: sdk.StatusInWork}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	all := w.do(get, "/api/v1/parked", nil).want(200)
	rejected, waits := all.at("items.0.id"), all.at("items.1.id")
	got := w.do(post, "/api/v1/parked/replay", map[string]any{"filter": map[string]any{"reason": "unparsable"}}).want(200)
	if why, _ := got.at("refused.0.why").(string); got.at("refused.0.parked") != rejected || !strings.Contains(why, "can't read once more what it rejected") {
		t.Errorf("replayed: %s", got.body)
	}
	w.do(post, "/api/v1/parked/dismiss", map[string]any{"ids": []any{rejected}, "rehearse": true}).want(422) // and nothing is done
	for _, dry := range []bool{true, false} {
		got = w.do(post, "/api/v1/parked/dismiss", map[string]any{"filter": map[string]any{"link": "rx"}, "dry_run": dry, "why": "прислано заново"}).want(200)
		if len(got.at("parked").([]any)) != 1 || got.at("parked.0") != rejected || got.at("refused.0.parked") != waits {
			t.Errorf("by link: %s", got.body)
		}
	}
	w.submit(map[string]any{"organisation": nil})
	appeal := w.do(get, "/api/v1/parked?reason=no_organisation", nil).want(200).at("items.0.id")
	got = w.do(post, "/api/v1/parked/dismiss", map[string]any{"ids": []any{waits, appeal}}).want(200)
	if got.at("parked.0") != waits || got.at("refused.0.parked") != appeal {
		t.Errorf("by id: %s", got.body)
	}
	if left := w.do(get, "/api/v1/parked", nil).want(200).ids(); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// holding measures what is held of parked things at once.
type holding struct {
	*sqlite.Journal
	most int // bytes
}

// Parked is the journal's.
func (h *holding) Parked(ctx context.Context, q journal.ParkedQuery) ([]journal.Parked, error) {
	all, err := h.Journal.Parked(ctx, q)
	size := 0
	for i := range all {
		size += len(all[i].Body)
	}
	h.most = max(h.most, size)
	return all, err
}

// TestLargeParked: many large things that could not be read are listed in pages that
// end early, and decided on, without all of them in memory.
func TestLargeParked(t *testing.T) {
	const all, each, bound = 40, 1 << 20, 32 << 20
	var held *holding
	w := newWorld(t, func(c *Config) {
		held = &holding{Journal: c.Journal.(*sqlite.Journal)}
		c.Journal = held
	})
	for i := range all {
		raw := &sdk.Raw{RefID: strconv.Itoa(i), Body: bytes.Repeat([]byte{byte(i)}, each), Reason: "is no JSON"}
		if _, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: w.clock.Now(), Link: "rx", Rejected: raw}}}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		path := "/api/v1/parked?limit=500"
		if next != "" {
			path += "&cursor=" + next
		}
		got := w.do(get, path, nil).want(200)
		if len(got.body) > bound || len(got.ids()) == 0 {
			t.Fatalf("a page of %d bytes, %d things", len(got.body), len(got.ids()))
		}
		for _, id := range got.ids() {
			seen[fmt.Sprint(id)] = true
		}
		next = got.at("next").(string)
	}
	got := w.do(post, "/api/v1/parked/dismiss", map[string]any{"filter": map[string]any{"link": "rx"}}).want(200)
	if done := len(got.at("parked").([]any)); len(seen) != all || done != all || held.most > bound {
		t.Errorf("%d listed, %d dismissed, %d bytes at once", len(seen), done, held.most)
	}
}

// TestReplayUnrouted: an appeal that found no way is planned again, and stays on the
// list where it finds none still.
func TestReplayUnrouted(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(map[string]any{"organisation": nil})
	body := map[string]any{"filter": map[string]any{"reason": "no_organisation"}, "why": "новый район", "dry_run": true}
	parked := w.do(get, "/api/v1/parked", nil).want(200).at("items.0.id")
	if got := w.do(post, "/api/v1/parked/replay", body).want(200); got.at("parked.0") != parked {
		t.Errorf("dry: %s", got.body)
	}
	delete(body, "dry_run")
	got := w.do(post, "/api/v1/parked/replay", body, "Authorization", "Bearer s3cret").want(200)
	if got.at("refused.0.why") != "finds no way still: its addressee is nobody's" {
		t.Errorf("replayed: %s", got.body)
	}
	trail := w.do(get, "/api/v1/appeals/"+id+"/history", nil).want(200)
	if trail.at("items.1.kind") != "appeal.routed" || trail.at("items.1.actor") != "operator" {
		t.Errorf("trail: %s", trail.body)
	}
	if on, err := w.journal.History(t.Context(), journal.LinkStream("api")); err != nil || len(on) != 1 || string(on[0].Body) != `{"text":"новый район"}` {
		t.Errorf("on record: %+v, %v", on, err)
	}
	if left := w.do(get, "/api/v1/parked?reason=no_organisation", nil).want(200); left.at("items.0.appeal") != id {
		t.Errorf("left: %s", left.body)
	}
}

// TestParkedFaults: a decision that names nothing, or what is not there, does
// nothing.
func TestParkedFaults(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		says   string
	}{
		"nothing named":   {map[string]any{}, 422, "neither ids nor a filter"},
		"named twice":     {map[string]any{"ids": []any{1}, "filter": map[string]any{"link": "rx"}}, 422, "give one of them"},
		"no such reason":  {map[string]any{"filter": map[string]any{"reason": "stale"}}, 422, "none of"},
		"an unknown one":  {map[string]any{"ids": []any{77}}, 404, "77"},
		"too many":        {map[string]any{"filter": map[string]any{"link": "rx"}, "max": 1001}, 422, "1000"},
		"an empty link":   {map[string]any{"filter": map[string]any{"link": "", "reason": "unparsable"}}, 422, "/filter/link"},
		"a mistyped name": {map[string]any{"id": []any{1}}, 422, "id"},
	} {
		for _, path := range []string{"/api/v1/parked/dismiss", "/api/v1/parked/replay"} {
			if got := w.do(post, path, c.body); got.status != c.status || !strings.Contains(string(got.body), c.says) {
				t.Errorf("%s: %s: %d %s", path, name, got.status, got.body)
			}
		}
	}
	for _, got := range []answer{w.do(get, "/api/v1/dead-letters/topic", nil), w.do(post, "/api/v1/dead-letters/replay", map[string]any{"from": "topic"})} {
		if got.status != 400 || !strings.Contains(string(got.body), "its bus is embedded") {
			t.Errorf("without a topic: %d %s", got.status, got.body)
		}
	}
}
