package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestSubmit(t *testing.T) {
	w := newWorld(t, nil)
	got := w.do(post, "/api/v1/appeals", appealWith(nil), "Idempotency-Key", `"k/1"`).want(201)
	if got.at("outcome") != "appended" || got.at("ref.link") != "api" || got.at("ref.id") != "k/1" || got.at("revision") != 1.0 {
		t.Errorf("answer %s", got.body)
	}
	location := got.header.Get("Location")
	if location != "/api/v1/appeals/by-ref/api/k%2F1" {
		t.Errorf("location %s", location)
	}
	there := w.do(get, location, nil).want(307).header.Get("Location")
	if id := w.do(get, there, nil).want(200).at("id"); id != got.at("id") {
		t.Errorf("location leads to %v", id)
	}
	again := w.do(post, "/api/v1/appeals", appealWith(nil), "Idempotency-Key", "k/1", "Authorization", "Bearer other").want(200)
	if again.at("id") != got.at("id") || again.at("outcome") != "duplicate" || again.header.Get("Location") != location {
		t.Errorf("repeat: %s", again.body)
	}
	other := w.do(post, "/api/v1/appeals", appealWith(map[string]any{"text": "Другая яма"}), "Idempotency-Key", "k/1", "Authorization", "Bearer other").problem(422, "key-reused")
	if !strings.Contains(other.at("detail").(string), "all tokens share the keys") {
		t.Errorf("a program whose key is another one's is not told so: %s", other.body)
	}
	if all := w.do(get, "/api/v1/appeals", nil).want(200).at("items").([]any); len(all) != 1 {
		t.Errorf("%d appeals are held", len(all))
	}
}

func TestSubmitWithoutKey(t *testing.T) {
	w := newWorld(t, nil)
	first := w.do(post, "/api/v1/appeals", appealWith(nil), "Content-Type", "application/json; charset=UTF-8").want(201)
	second := w.do(post, "/api/v1/appeals", appealWith(nil)).want(201)
	if first.at("id") == second.at("id") {
		t.Error("two submissions without a key became one")
	}
	there := w.do(get, first.header.Get("Location"), nil).want(307).header.Get("Location")
	if w.do(get, there, nil).want(200).at("id") != first.at("id") {
		t.Error("the location leads elsewhere")
	}
	if got := w.do(post, "/api/v1/appeals", appealWith(map[string]any{"organisation": nil})).want(201); got.at("reason") != "no_organisation" {
		t.Errorf("parked: %s", got.body)
	}
}

// TestSubmitAtTheGate: a submission passes the dispatcher's gate, and has left it once it
// is answered. Nothing is delivered here: all beyond the first sixteen are held up.
func TestSubmitAtTheGate(t *testing.T) {
	w := newWorld(t, nil)
	for range 16 {
		w.cfg.Dispatch.Enter(t.Context())
	}
	quickest := func() time.Duration { // one of them has the processor at once
		least := time.Hour
		for range 5 {
			begun := time.Now()
			w.submit(nil)
			least = min(least, time.Since(begun))
		}
		return least
	}
	if took := quickest(); took < 100*time.Millisecond {
		t.Errorf("answered within %v", took)
	}
	w.cfg.Dispatch.Leave()
	if took := quickest(); took >= 100*time.Millisecond {
		t.Errorf("held up for %v: those that were answered are counted still", took)
	}
}

// TestSubmitInFlight holds the journal's one writer up: of two requests with one
// key the first to come waits for it, the other is told so.
func TestSubmitInFlight(t *testing.T) {
	w := newWorld(t, nil)
	busy, leave := make(chan struct{}), make(chan struct{})
	started, free := sync.OnceFunc(func() { close(busy) }), sync.OnceFunc(func() { close(leave) })
	held := make(chan error, 1)
	go func() {
		held <- w.journal.SetLink(context.Background(), "rx", "", w.clock.Now(), func(*journal.LinkState) { started(); <-leave })
	}()
	defer free()
	<-busy
	answers := make(chan answer, 2)
	for range 2 {
		go func() { answers <- w.do(post, "/api/v1/appeals", appealWith(nil), "Idempotency-Key", "k") }()
	}
	if got := (<-answers).problem(409, "in-flight"); got.header.Get("Retry-After") == "" {
		t.Error("it is not told when to try again")
	}
	free()
	(<-answers).want(201)
	if err := <-held; err != nil {
		t.Error(err)
	}
}

// TestBadAppeals: each breach is answered with its name and keeps nothing.
func TestBadAppeals(t *testing.T) {
	raw := func(change map[string]any) string {
		b, err := json.Marshal(appealWith(change))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	valid := raw(nil)
	for name, c := range map[string]struct {
		body       string
		header     []string
		status     int
		code       string
		path, rule string
	}{
		"malformed":       {body: valid[:40], status: 400, code: "malformed-json", path: "/applicant", rule: "syntax"},
		"empty":           {body: "", status: 400, code: "malformed-json", rule: "syntax"},
		"two documents":   {body: valid + "{}", status: 400, code: "malformed-json", rule: "trailing_data"},
		"HTML":            {body: "<html>", status: 400, code: "malformed-json", rule: "syntax"},
		"wrong type":      {body: raw(map[string]any{"text": 7}), status: 422, code: "invalid", path: "/text", rule: "type"},
		"a list":          {body: "[]", status: 422, code: "invalid", rule: "type"},
		"null":            {body: raw(map[string]any{"address": []any(nil)}), status: 422, code: "invalid", path: "/address", rule: "type"},
		"no applicant":    {body: raw(map[string]any{"applicant": nil}), status: 422, code: "invalid", path: "/applicant", rule: "required"},
		"empty applicant": {body: raw(map[string]any{"applicant": map[string]any{}}), status: 422, code: "invalid", path: "/applicant", rule: "required"},
		"years ahead":     {body: raw(map[string]any{"received_at": "2046-10-12T09:41:07Z"}), status: 422, code: "invalid", path: "/received_at", rule: "range"},
		"no zone":         {body: raw(map[string]any{"received_at": "2026-10-12T09:41:07"}), status: 422, code: "invalid", path: "/received_at", rule: "time_zone"},
		"unknown member":  {body: raw(map[string]any{"Text": "x"}), status: 422, code: "invalid", path: "/Text", rule: "unknown_member"},
		"duplicate key":   {body: `{"text":"a",` + valid[1:], status: 422, code: "invalid", path: "/text", rule: "duplicate_key"},
		"invalid UTF-8":   {body: strings.Replace(valid, "Яма", "\xff", 1), status: 422, code: "invalid", path: "/text", rule: "invalid_utf8"},
		"half a pair":     {body: strings.Replace(valid, "Яма", `\ud800`, 1), status: 422, code: "invalid", path: "/text", rule: "invalid_utf8"},
		"NUL":             {body: raw(map[string]any{"text": "a\x00"}), status: 422, code: "invalid", path: "/text", rule: "nul"},
		"path as name":    {body: raw(map[string]any{"attachments": []any{map[string]any{"name": "../../etc/passwd"}}}), status: 422, code: "invalid", path: "/attachments/0/name", rule: "pattern"},
		"file not there":  {body: raw(map[string]any{"attachments": []any{map[string]any{"sha256": strings.Repeat("0", 64)}}}), status: 422, code: "invalid", path: "/attachments/0/sha256", rule: "enum"},
		"bottomless":      {body: strings.Repeat("[", 30<<10), status: 400, code: "malformed-json", path: strings.Repeat("/0", 64) + "/…", rule: "syntax"},
		"compressed":      {body: valid, header: []string{"Content-Encoding", "gzip"}, status: 415, code: "media-type"},
		"too large":       {body: raw(map[string]any{"text": strings.Repeat("я", 40<<10)}), status: 413, code: "too-large"},
		"media type":      {body: valid, header: []string{"Content-Type", "text/plain"}, status: 415, code: "media-type"},
		"charset":         {body: valid, header: []string{"Content-Type", "application/json; charset=windows-1251"}, status: 415, code: "media-type"},
		"no media type":   {body: valid, header: []string{"Content-Type", ""}, status: 415, code: "media-type"},
		"long key":        {body: valid, header: []string{"Idempotency-Key", strings.Repeat("k", 256)}, status: 400, code: "bad-request"},
		"key of spaces":   {body: valid, header: []string{"Idempotency-Key", `" "`}, status: 400, code: "bad-request"},
		"key in Cyrillic": {body: valid, header: []string{"Idempotency-Key", "ключ"}, status: 400, code: "bad-request"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			got := w.do(post, "/api/v1/appeals", c.body, c.header...).problem(c.status, c.code)
			if c.rule != "" {
				var p struct{ Problems []sdk.Problem }
				got.into(&p)
				if len(p.Problems) == 0 || p.Problems[0].Rule != c.rule || p.Problems[0].Path != c.path {
					t.Errorf("problems %+v, want %s at %q", p.Problems, c.rule, c.path)
				}
			}
			if all := w.do(get, "/api/v1/appeals", nil).want(200).at("items").([]any); len(all) != 0 {
				t.Error("something was kept")
			}
			if log := w.log.String(); strings.Contains(log, "Ёлкина") || strings.Contains(log, "passwd") {
				t.Errorf("personal data in the log: %s", log)
			}
		})
	}
}

// endless is a body of 300 MB that counts what is read of it.
type endless struct{ left, read int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	copy(p, bytes.Repeat([]byte("x"), n))
	e.left -= int64(n)
	e.read += int64(n)
	return n, nil
}

// TestHugeBodies are refused by their length, or as soon as they are too long.
func TestHugeBodies(t *testing.T) {
	w := newWorld(t, nil)
	for _, path := range []string{"/api/v1/appeals", "/api/v1/attachments", "/in/rx"} {
		for _, announced := range []int64{300 << 20, -1} {
			body := &endless{left: 300 << 20}
			r := httptest.NewRequest(post, "http://localhost"+path, body)
			r.ContentLength = announced
			r.Header.Set("Content-Type", "application/json")
			got := httptest.NewRecorder()
			w.handler.ServeHTTP(got, r)
			most := int64(2 << 20)
			if announced > 0 {
				most = 0
			}
			if got.Code != 413 || body.read > most {
				t.Errorf("%s of %d: status %d, %d bytes read", path, announced, got.Code, body.read)
			}
		}
	}
}

// stalled begins a body and does not go on; it returns the answer.
func stalled(t *testing.T, at net.Addr, begun string) (status int, told string) {
	t.Helper()
	c, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "POST /api/v1/appeals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(begun)+1, begun)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("it is waited for: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestSlowBody: what did not come in time is not said to be taken.
func TestSlowBody(t *testing.T) {
	w := newWorld(t, nil)
	hub := httptest.NewUnstartedServer(w.handler)
	hub.Config.ReadTimeout = 50 * time.Millisecond
	hub.Start()
	defer hub.Close()
	if status, told := stalled(t, hub.Listener.Addr(), "{"); status != http.StatusBadRequest || !strings.Contains(told, "in time") {
		t.Errorf("%d %s", status, told)
	}
}

// TestSlowLargeBody: who begins a large body and does not go on is cut off, and keeps
// none of the places that others wait for.
func TestSlowLargeBody(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxBody = 1 << 20 })
	w.handler.large.bound = 50 * time.Millisecond
	for range largeAtOnce {
		if status, told := stalled(t, w.server.Listener.Addr(), strings.Repeat(" ", largeBody)); status != http.StatusBadRequest || !strings.Contains(told, "in time") {
			t.Errorf("%d %s", status, told)
		}
	}
	w.handler.large.bound = time.Minute
	w.do(post, "/api/v1/appeals", appealWith(map[string]any{"text": strings.Repeat("x", largeBody)})).want(201)
}

// TestLargeBodiesAtOnce: while as many large bodies as may be are held, another
// one is read no further, and small ones pass.
func TestLargeBodiesAtOnce(t *testing.T) {
	w := newWorld(t, nil)
	s := w.handler
	s.MaxBody, s.large.wait = 1<<20, time.Millisecond
	send := func() (*httptest.ResponseRecorder, int64) {
		body := &endless{left: 300 << 20}
		r := httptest.NewRequest(post, "http://localhost/api/v1/appeals", body)
		r.ContentLength = -1
		r.Header.Set("Content-Type", "application/json")
		got := httptest.NewRecorder()
		w.handler.ServeHTTP(got, r)
		return got, body.read
	}
	for range largeAtOnce {
		s.large.held <- struct{}{}
	}
	if got, read := send(); got.Code != 503 || got.Header().Get("Retry-After") == "" || read > largeBody {
		t.Errorf("status %d, %d bytes read: %s", got.Code, read, got.Body)
	}
	w.do(post, "/api/v1/appeals", appealWith(nil)).want(201)
	for range largeAtOnce {
		s.large.leave()
	}
	for range 2 * largeAtOnce {
		if got, _ := send(); got.Code != 413 {
			t.Errorf("status %d: %s", got.Code, got.Body)
		}
	}
	if n := len(s.large.held); n != 0 {
		t.Errorf("%d bodies are still counted", n)
	}
}

// TestHugeBodyOverTheWire is answered before the body was sent.
func TestHugeBodyOverTheWire(t *testing.T) {
	w := newWorld(t, nil)
	c, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "POST /api/v1/appeals HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 314572800\r\n\r\n{")
	got := make([]byte, 12)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "HTTP/1.1 413" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestBrokenBody: a sender that hangs up leaves nothing behind.
func TestBrokenBody(t *testing.T) {
	w := newWorld(t, nil)
	r := httptest.NewRequest(post, "http://localhost/api/v1/appeals", io.MultiReader(strings.NewReader("{"), errReader{}))
	r.Header.Set("Content-Type", "application/json")
	got := httptest.NewRecorder()
	w.handler.ServeHTTP(got, r)
	if got.Code != http.StatusBadRequest {
		t.Errorf("status %d", got.Code)
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
