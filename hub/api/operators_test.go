package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestDeliveries(t *testing.T) {
	w := newWorld(t, nil)
	first, second := w.submit(nil), w.submit(map[string]any{"text": "Вторая яма"})
	dead := w.dead("rx")
	all := w.do(get, "/api/v1/deliveries", nil).want(200)
	if n := len(all.ids()); n != 2 || all.at("items.0.appeal") != first || all.at("items.1.appeal") != second {
		t.Fatalf("deliveries: %s", all.body)
	}
	for query, want := range map[string]int{
		"state=dead": 1, "state=ready": 1, "state=done": 0, "kind=rejected": 1, "kind=transient": 0, "link=rx": 2, "link=mail": 0, "appeal=" + second: 1,
	} {
		if n := len(w.do(get, "/api/v1/deliveries?"+query, nil).want(200).ids()); n != want {
			t.Errorf("%s: %d deliveries, want %d", query, n, want)
		}
	}
	page := w.do(get, "/api/v1/deliveries?limit=1", nil).want(200)
	if next := w.do(get, "/api/v1/deliveries?limit=1&cursor="+page.at("next").(string), nil).want(200); next.at("items.0.appeal") != second || next.at("next") != "" {
		t.Errorf("second page: %s", next.body)
	}
	letters := w.do(get, "/api/v1/dead-letters?link=rx&kind=rejected&appeal="+first, nil).want(200)
	if letters.at("items.0.id") != float64(dead) || letters.at("items.0.last_error") != "no such district" {
		t.Errorf("dead letters: %s", letters.body)
	}
}

// TestForeignWords: a system's words are shown though they are no UTF-8.
func TestForeignWords(t *testing.T) {
	w := newWorld(t, nil)
	w.submit(nil)
	w.settle("rx", journal.Settlement{As: journal.SettleDead, Kind: sdk.Rejected, Error: "<b>\xcd\xe5\xf2</b>"})
	if got := w.do(get, "/api/v1/dead-letters", nil).want(200); got.at("items.0.last_error") != "<b>\ufffd\ufffd\ufffd</b>" {
		t.Errorf("shown: %s", got.body)
	}
}

func TestRetryAndSkip(t *testing.T) {
	w := newWorld(t, nil)
	w.submit(nil)
	dead := w.dead("rx")
	at := fmt.Sprintf("/api/v1/deliveries/%d", dead)
	got := w.do(post, at+"/retry", map[string]any{"why": "район заведён"}, "Authorization", "Bearer s3cret").want(200)
	if diff := cmp.Diff([]any{float64(dead)}, got.at("deliveries")); diff != "" {
		t.Error(diff)
	}
	if d := w.do(get, "/api/v1/deliveries?state=ready", nil).want(200); d.at("items.0.id") != float64(dead) || d.at("items.0.attempts") != 0.0 {
		t.Errorf("after the retry: %s", d.body)
	}
	w.do(post, at+"/skip", nil).want(200)
	w.do(post, at+"/retry", nil).problem(409, "wrong-state")
	for path, body := range map[string]string{
		"/api/v1/deliveries/999/retry": "", "/api/v1/deliveries/x/skip": "", "/api/v1/deliveries/-1/skip": "",
	} {
		w.do(post, path, body).problem(404, "not-found")
	}
	for body, want := range map[string]string{
		`{"why":1}`: "type", `{"wy":""}`: "unknown_member", `{"why":"a","why":"b"}`: "duplicate_key", `[]`: "type",
		`{"why":"` + strings.Repeat("я", 1001) + `"}`: "max_length",
	} {
		if got := w.do(post, at+"/skip", body).problem(422, "invalid"); got.at("problems.0.rule") != want {
			t.Errorf("%.20s: %s, want %s", body, got.body, want)
		}
	}
	for body, want := range map[string]string{`{"wy":""}`: "/wy", `{"why":"","a/b":1}`: "/a~1b"} {
		if got := w.do(post, at+"/skip", body).problem(422, "invalid"); got.at("problems.0.path") != want {
			t.Errorf("%s: %s, want the path %s", body, got.body, want)
		}
	}
	if got := w.do(post, "/api/v1/dead-letters/replay", `{"filter":{"state":"dead"}}`).problem(422, "invalid"); got.at("problems.0.path") != "/filter/state" {
		t.Errorf("a filter's member: %s", got.body)
	}
	w.do(post, at+"/skip", `{"why"`).problem(400, "malformed-json")
	w.do(post, at+"/skip", `{}`, "Content-Type", "text/plain").problem(415, "media-type")
	w.do(post, at+"/skip", `{"why":"`+strings.Repeat("x", smallBody)+`"}`).problem(413, "too-large")
}

func TestReplay(t *testing.T) {
	w := newWorld(t, nil)
	var dead []any
	for i := range 3 {
		w.submit(map[string]any{"text": fmt.Sprint("Яма ", i)})
		dead = append(dead, float64(w.dead("rx")))
	}
	replay := func(body map[string]any) any {
		t.Helper()
		got := w.do(post, "/api/v1/dead-letters/replay", body).want(200)
		if got.at("dry_run") != (body["dry_run"] == true) {
			t.Errorf("dry run: %s", got.body)
		}
		return got.at("deliveries")
	}
	for _, c := range []struct {
		body map[string]any
		want []any
		left int
	}{
		{map[string]any{"filter": map[string]any{"link": "rx"}, "dry_run": true}, dead, 3},
		{map[string]any{"filter": map[string]any{"kind": "transient"}}, []any{}, 3},
		{map[string]any{"filter": map[string]any{"link": "rx", "kind": "rejected"}, "max": 2, "why": "починено"}, dead[:2], 1},
		{map[string]any{}, dead[2:], 0},
	} {
		if diff := cmp.Diff(c.want, replay(c.body)); diff != "" {
			t.Errorf("%v: %s", c.body, diff)
		}
		if left := len(w.do(get, "/api/v1/dead-letters", nil).want(200).ids()); left != c.left {
			t.Errorf("%v: %d dead letters are left, want %d", c.body, left, c.left)
		}
	}
	for body, want := range map[string]string{
		`{"filter":{"kind":"zz"},"dry_run":true}`:                "conflict, unsupported",
		`{"filter":{"kind":"unparsable"},"dry_run":true}`:        "conflict, unsupported",
		`{"filter":{"kind":"zz"},"from":"topic","dry_run":true}`: "unsupported, unparsable",
	} {
		if got := w.do(post, "/api/v1/dead-letters/replay", body).problem(422, "invalid"); !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %s", body, got.body)
		}
	}
	w.do(post, "/api/v1/dead-letters/replay", `{"max":1001}`).problem(422, "invalid")
	for _, member := range []string{"link", "kind", "appeal"} {
		for empty, rule := range map[string]string{`""`: "blank", "null": "type"} {
			got := w.do(post, "/api/v1/dead-letters/replay", `{"filter":{"`+member+`":`+empty+`},"dry_run":true}`).problem(422, "invalid")
			if got.at("problems.0.path") != "/filter/"+member || got.at("problems.0.rule") != rule {
				t.Errorf("%s of a filter is %s: %s", member, empty, got.body)
			}
		}
	}
	w.do(post, "/api/v1/dead-letters/replay", `{"filter":{"state":"dead"}}`).problem(422, "invalid")
}

func TestLinks(t *testing.T) {
	w := newWorld(t, nil)
	w.submit(nil)
	w.dead("rx")
	got := w.do(get, "/api/v1/links", nil).want(200)
	for path, want := range map[string]any{
		"items.0.name": "mail", "items.1.name": "rx", "items.1.connector": "test", "items.1.state": "up", "items.1.open": 1.0,
		"items.1.dead": 1.0, "items.1.oldest_at": "2026-11-20T09:00:00Z", "items.0.open": 0.0, "next": "",
	} {
		if v := got.at(path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	w.do(get, "/api/v1/links/nobody", nil).problem(404, "not-found")
	w.do(post, "/api/v1/links/nobody/pause", nil).problem(404, "not-found")
}

func TestPauseAndResume(t *testing.T) {
	w := newWorld(t, nil)
	got := w.do(post, "/api/v1/links/rx/pause", `{"why":"работы до 18:00"}`, "Authorization", "Bearer s3cret").want(200)
	if got.at("state") != "paused" || got.at("paused_by") != "operator" || got.at("last_error") != "работы до 18:00" {
		t.Errorf("paused: %s", got.body)
	}
	if again := w.do(post, "/api/v1/links/rx/pause", nil).want(200); again.at("paused_by") != "operator" {
		t.Errorf("a second pause took the first one's place: %s", again.body)
	}
	if got := w.do(post, "/api/v1/links/rx/resume", nil).want(200); got.at("state") != "up" {
		t.Errorf("resumed: %s", got.body)
	}
	events, err := w.journal.History(t.Context(), "link:rx")
	if err != nil || len(events) != 2 || events[0].Actor != "operator" || events[1].Actor != OpenActor || !strings.Contains(string(events[0].Body), "18:00") {
		t.Errorf("on record: %+v, %v", events, err)
	}
	w.do(post, "/api/v1/links/rx/resume", `{"why":"x"}`).problem(422, "invalid")
	first := w.do(get, "/api/v1/links/rx/history?limit=1", nil).want(200)
	if first.at("items.0.kind") != "link.resumed" || first.at("items.0.actor") != OpenActor || first.at("next") != "2" {
		t.Errorf("the newest: %s", first.body)
	}
	if rest := w.do(get, "/api/v1/links/rx/history?cursor=2", nil).want(200); rest.at("items.0.data.text") != "работы до 18:00" || rest.at("next") != "" {
		t.Errorf("before it: %s", rest.body)
	}
	w.do(get, "/api/v1/links/nobody/history", nil).problem(404, "not-found")
}

// reading is a system whose records' states are read.
type reading struct{ closer }

func (reading) Check(context.Context) error { return nil }

func (reading) ReadStatuses(context.Context, ...sdk.Ref) ([]sdk.StatusChange, error) { return nil, nil }

// TestFeedsFailure: what a feed met is shown until the feed is read, though the
// link's system answers a check.
func TestFeedsFailure(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Links = append(c.Links, (&world{t: t}).link("read", reading{}))
		c.Dispatch = dispatch.New(dispatch.Config{Journal: c.Journal, Spool: c.Spool, Links: c.Links, Log: c.Log, Now: c.Now})
	})
	feed := journal.FeedOf("read", "states")
	set := func(f func(*journal.LinkState)) {
		t.Helper()
		if err := w.journal.SetLink(t.Context(), feed, "", w.clock.Now(), f); err != nil {
			t.Fatal(err)
		}
	}
	set(func(s *journal.LinkState) { s.Refused(sdk.Transient, "read states: HTTP 500") })
	for name, got := range map[string]answer{
		"a check":  w.do(post, "/api/v1/links/read/check", nil).want(200),
		"the link": w.do(get, "/api/v1/links/read", nil).want(200),
	} {
		if got.at("state") != "up" || got.at("last_kind") != "transient" || got.at("last_error") != "read states: HTTP 500" {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	if got := w.do(post, "/api/v1/links/read/pause", `{"why":"работы"}`).want(200); got.at("last_error") != "работы" || got.at("last_kind") != nil {
		t.Errorf("paused: %s", got.body)
	}
	w.do(post, "/api/v1/links/read/resume", nil).want(200)
	set(func(s *journal.LinkState) { s.Answered() })
	if got := w.do(get, "/api/v1/links/read", nil).want(200); got.at("last_error") != nil {
		t.Errorf("read again: %s", got.body)
	}
}

func TestCheck(t *testing.T) {
	w := newWorld(t, nil)
	if got := w.do(post, "/api/v1/links/rx/check", nil).want(200); got.at("ok") != true || got.at("state") != "up" {
		t.Errorf("up: %s", got.body)
	}
	w.edms.fail(sdk.Errorf(sdk.Transient, "check", "connection refused"))
	if got := w.do(post, "/api/v1/links/rx/check", nil).want(200); got.at("ok") != false || got.at("state") != "down" || got.at("last_kind") != "transient" {
		t.Errorf("down: %s", got.body)
	}
	w.edms.fail(sdk.Errorf(sdk.Denied, "check", "wrong password"))
	if got := w.do(post, "/api/v1/links/rx/check", nil).want(200); got.at("ok") != false || got.at("state") != "paused" {
		t.Errorf("denied: %s", got.body)
	}
	if got := w.do(post, "/api/v1/links/mail/check", nil).want(200); got.at("ok") != false || got.at("last_kind") != "unsupported" || got.at("state") != "up" {
		t.Errorf("can't check: %s", got.body)
	}
	w.do(post, "/api/v1/links/nobody/check", nil).problem(404, "not-found")
}

// TestNodes: where nobody shares the journal the node itself is listed.
func TestNodes(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Node = func() journal.Node {
			return journal.Node{ID: "n1", Host: "h", Listen: "127.0.0.1:1", Polls: []string{"pos/appeals"}}
		}
	})
	got := w.do(get, "/api/v1/nodes", nil).want(200)
	if got.at("items.0.id") != "n1" || got.at("items.0.state") != "up" || got.at("items.0.polls.0") != "pos/appeals" {
		t.Errorf("got %s", got.body)
	}
	for want, n := range map[string]journal.NodeState{
		"up":       {Seen: w.clock.Now()},
		"draining": {Seen: w.clock.Now(), Node: journal.Node{Draining: true}},
		"silent":   {Seen: w.clock.Now(), Silent: journal.SilentAfter + 1, Node: journal.Node{Draining: true}},
	} {
		if f := showNode(&n); f.State != want {
			t.Errorf("%s: got %s", want, f.State)
		}
	}
}
