package hub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/bus"
)

// rejected is the parked item of a message that was rejected, once it is there.
func (w *behindKafka) rejected(ref string) map[string]any {
	w.t.Helper()
	var found map[string]any
	w.eventually(ref+" is rejected", func() bool {
		_, _, body := w.do("GET", "/api/v1/parked?reason=unparsable", nil)
		for _, one := range body["items"].([]any) {
			if item := one.(map[string]any); item["ref_id"] == ref {
				found = item
			}
		}
		return found != nil
	})
	return found
}

// upload stores a file of the API's.
func (w *behindKafka) upload(content string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", "http://"+w.hub.Addr()+"/api/v1/attachments", strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/plain")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		w.t.Fatalf("upload: %s", resp.Status)
	}
}

// sent publishes an appeal of the API's into the inbound topic, as any program
// may.
func (w *behindKafka) sent(id string, value []byte) {
	w.t.Helper()
	k := w.producer()
	inbound, _, _ := k.Topics()
	m := bus.Message{Key: "api/" + id, Value: value, Headers: bus.CloudEvent(uuid.NewString(), "urn:test", bus.TypeAppeal, time.Now(), "application/json", bus.Header{Name: bus.HeaderLink, Value: "api"})}
	if _, err := k.Publish(w.t.Context(), inbound, m); err != nil {
		w.t.Fatal(err)
	}
}

// withFile is an appeal with a file whose content is abc.
func withFile(t *testing.T) []byte {
	t.Helper()
	d := doc("Яма")
	d["attachments"] = []any{map[string]any{"id": "1", "name": "a.txt", "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestReplayRejected: a message that named a file nobody had stored yet is read
// once more after the upload, and becomes the appeal that it was; one that is
// wrong still stays where it is.
func TestReplayRejected(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	w.sent("late", withFile(t))
	w.sent("broken", []byte("{"))
	late, broken := w.rejected("late"), w.rejected("broken")
	replay := func(dry bool, ids ...any) map[string]any {
		t.Helper()
		status, _, body := w.do("POST", "/api/v1/parked/replay", map[string]any{"ids": ids, "dry_run": dry, "why": "файл загружен"})
		if status != 200 {
			t.Fatalf("%d %v", status, body)
		}
		return body
	}
	if body := replay(false, late["id"]); len(body["parked"].([]any)) != 0 || !strings.Contains(fmt.Sprint(body["refused"]), "is rejected still") {
		t.Errorf("before the upload: %v", body)
	}
	w.upload("abc")
	if body := replay(true, late["id"], broken["id"]); len(body["parked"].([]any)) != 1 || len(body["refused"].([]any)) != 1 {
		t.Errorf("dry: %v", body)
	}
	w.rejected("late")
	if body := replay(false, late["id"], broken["id"]); !slices.Equal(body["parked"].([]any), []any{late["id"]}) || len(body["refused"].([]any)) != 1 {
		t.Errorf("replayed: %v", body)
	}
	status, location, _ := w.do("GET", "/api/v1/appeals/by-ref/api/late", nil)
	if status != 307 {
		t.Fatalf("the appeal: %d", status)
	}
	w.eventually("delivered", func() bool { return w.sink.count(strings.TrimPrefix(location, "/api/v1/appeals/")) == 1 })
	if status, _, _ := w.do("POST", "/api/v1/parked/replay", map[string]any{"ids": []any{late["id"]}}); status != 404 {
		t.Errorf("once more: %d", status)
	}
	if status, _, body := w.do("POST", "/api/v1/parked/dismiss", map[string]any{"ids": []any{broken["id"]}, "why": "прислано заново"}); status != 200 || len(body["parked"].([]any)) != 1 {
		t.Errorf("dismissed: %d %v", status, body)
	}
	if _, _, body := w.do("GET", "/api/v1/parked", nil); len(body["items"].([]any)) != 0 {
		t.Errorf("still parked: %v", body)
	}
}

// TestReplayBesideRefused: a message that can't become an appeal at all is told of,
// and stops none of those that are replayed with it.
func TestReplayBesideRefused(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	w.sent("", withFile(t))
	w.eventually("the one without an id is rejected", func() bool {
		_, _, body := w.do("GET", "/api/v1/parked", nil)
		return len(body["items"].([]any)) == 1
	})
	w.sent("late", withFile(t))
	w.sent("later", withFile(t))
	w.rejected("late")
	w.rejected("later")
	w.upload("abc")
	for _, c := range []struct {
		path string
		body map[string]any
	}{
		{"/api/v1/parked/replay", map[string]any{"filter": map[string]any{"reason": "unparsable"}, "max": 2}},
		{"/api/v1/dead-letters/replay", map[string]any{"from": "topic"}},
	} {
		status, _, body := w.do("POST", c.path, c.body)
		if status != 200 || len(body["parked"].([]any)) != 1 || !strings.Contains(fmt.Sprint(body["refused"]), "is rejected still") {
			t.Errorf("%s: %d %v", c.path, status, body)
		}
	}
	for _, id := range []string{"late", "later"} {
		if status, _, _ := w.do("GET", "/api/v1/appeals/by-ref/api/"+id, nil); status != 307 {
			t.Errorf("%s: %d", id, status)
		}
	}
}

// TestDismissedSubmission: the place of a submission that an operator dismissed says
// so, and does not lead to the appeal that its key has.
func TestDismissedSubmission(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	_, first, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "k1")
	_, other, _ := w.do("POST", "/api/v1/appeals", doc("Две ямы"), "Idempotency-Key", "k1")
	if status, _, body := w.settled(other); status != 422 {
		t.Fatalf("other content: %d %v", status, body)
	}
	w.sent("broken", []byte("{"))
	broken := w.rejected("broken")
	_, _, parked := w.do("GET", "/api/v1/parked?reason=conflict", nil)
	conflict := parked["items"].([]any)[0].(map[string]any)
	if status, _, body := w.do("POST", "/api/v1/parked/dismiss", map[string]any{"ids": []any{conflict["id"], broken["id"]}}); status != 200 {
		t.Fatalf("dismissed: %d %v", status, body)
	}
	for at, kind := range map[string]string{other: "key-reused", "/api/v1/appeals/by-ref/api/broken?at=" + broken["place"].(string): "dead-letter"} {
		status, _, body := w.do("GET", at, nil)
		if status != 422 || body["type"] != "urn:appealhub:problem:"+kind || !strings.Contains(fmt.Sprint(body["detail"]), "dismissed") {
			t.Errorf("%s: %d %v", at, status, body)
		}
	}
	if status, _, _ := w.do("GET", first, nil); status != 307 {
		t.Errorf("the first place: %d", status)
	}
}

// TestDeadTopic: the topic's copies can be listed and replayed by; the journal's
// rows decide.
func TestDeadTopic(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	w.sent("late", withFile(t))
	w.sent("broken", []byte("{"))
	var all []any
	w.eventually("both are in the topic", func() bool {
		_, _, body := w.do("GET", "/api/v1/dead-letters/topic?link=api", nil)
		all = body["items"].([]any)
		return len(all) == 2
	})
	first := all[0].(map[string]any)
	if first["kind"] != "item.rejected" || first["reason"] != "unparsable" || first["message"] == "" || first["rejected"] == "" || !strings.HasPrefix(first["key"].(string), "api/") {
		t.Errorf("a letter: %v", first)
	}
	_, _, page := w.do("GET", "/api/v1/dead-letters/topic?limit=1", nil)
	_, _, rest := w.do("GET", "/api/v1/dead-letters/topic?cursor="+page["next"].(string), nil)
	if len(rest["items"].([]any)) != 1 || rest["items"].([]any)[0].(map[string]any)["place"] != all[1].(map[string]any)["place"] {
		t.Errorf("the second page: %v", rest)
	}
	status, _, wrong := w.do("GET", "/api/v1/dead-letters/topic?kind=rejekted", nil)
	if says := fmt.Sprint(wrong["detail"]); status != 400 || !strings.Contains(says, "kind is none of [") || !strings.Contains(says, "rejected") || !strings.Contains(says, "unparsable") {
		t.Errorf("a kind that there is not: %d %v", status, wrong)
	}
	if _, _, body := w.do("GET", "/api/v1/dead-letters/topic?kind=unparsable", nil); len(body["items"].([]any)) == 0 {
		t.Errorf("unparsable ones: %v", body)
	}
	w.upload("abc")
	replay := func() map[string]any {
		t.Helper()
		status, _, body := w.do("POST", "/api/v1/dead-letters/replay", map[string]any{"from": "topic", "filter": map[string]any{"link": "api"}, "why": "файл загружен"})
		if status != 200 {
			t.Fatalf("%d %v", status, body)
		}
		return body
	}
	if body := replay(); len(body["parked"].([]any)) != 1 || len(body["refused"].([]any)) != 1 {
		t.Errorf("replayed: %v", body)
	}
	if body := replay(); len(body["parked"].([]any)) != 0 || !strings.Contains(fmt.Sprint(body["refused"]), "none any more") {
		t.Errorf("once more: %v", body)
	}
	if status, _, _ := w.do("GET", "/api/v1/appeals/by-ref/api/late", nil); status != 307 {
		t.Errorf("the appeal: %d", status)
	}
	if status, _, _ := w.do("POST", "/api/v1/dead-letters/replay", map[string]any{"from": "nowhere"}); status != 422 {
		t.Errorf("from nowhere: %d", status)
	}
}
