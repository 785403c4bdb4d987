package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func closed(c *Config) { c.Open = false }

func TestTokens(t *testing.T) {
	w := newWorld(t, closed)
	for name, c := range map[string]struct {
		given []string
		want  int
	}{
		"none":          {nil, 401},
		"right":         {[]string{"Authorization", "Bearer s3cret"}, 200},
		"another right": {[]string{"Authorization", "bearer other"}, 200},
		"wrong":         {[]string{"Authorization", "Bearer s3cre"}, 401},
		"expired":       {[]string{"Authorization", "Bearer s3cret-of-last-year"}, 401},
		"name for it":   {[]string{"Authorization", "Bearer operator"}, 401},
		"empty":         {[]string{"Authorization", "Bearer "}, 401},
		"basic":         {[]string{"Authorization", "Basic czNjcmV0"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/api/v1/appeals", "/metrics", "/api/v1/openapi.yaml"} {
				got := w.do(get, path, nil, c.given...).want(c.want)
				challenge := got.header.Get("WWW-Authenticate")
				if c.want == 401 && (!strings.HasPrefix(challenge, "Bearer ") || strings.Contains(challenge, "invalid_token") != (c.given != nil)) {
					t.Errorf("%s: challenge %q", path, challenge)
				}
			}
		})
	}
	for _, path := range []string{"/livez", "/readyz", "/version"} {
		w.do(get, path, nil).want(200)
	}
	w.do(post, "/in/rx", "x").problem(401, "unauthorized")
	if strings.Contains(w.log.String(), "s3cre") {
		t.Error("a token is in the log")
	}
}

// TestRights: a token whose right is less than all may call the routes of that right, and
// no other; what it is refused is done by nobody.
func TestRights(t *testing.T) {
	rights := map[string]Right{"reader": MayRead, "kiosk": MaySubmit, "prometheus": MayScrape}
	w := newWorld(t, func(c *Config) {
		c.Open, c.Rights = false, rights
		for name := range rights {
			c.Tokens[name] = name
		}
	})
	contracts := []string{"/api/v1/openapi.yaml", "/api/v1/appeal.v1.schema.json", "/api/v1/event.v1.schema.json", "/api/v1/status-change.v1.schema.json"}
	posts := map[Right][]string{MayRead: {"/api/v1/deadlines/simulate", "/api/v1/reports/reconcile"}, MaySubmit: {"/api/v1/appeals", "/api/v1/attachments", "/in/{link}"}}
	gets := map[Right][]string{MaySubmit: append(contracts, "/api/v1/appeals/by-ref/{link}/{ref}"), MayScrape: append(contracts, "/metrics")}
	for name, right := range rights {
		for _, rt := range w.handler.routes() {
			may := rt.open || rt.method == post && slices.Contains(posts[right], rt.path) ||
				rt.method == get && (right == MayRead || slices.Contains(gets[right], rt.path))
			got := w.do(rt.method, strings.NewReplacer("{", "", "}", "").Replace(rt.path), nil, "Authorization", "Bearer "+name)
			if refused := got.status == 403 && strings.Contains(string(got.body), "problem:forbidden"); refused == may {
				t.Errorf("%s, %s: %d %s", right, rt.name, got.status, got.body)
			}
		}
	}
	if got := w.do(post, "/api/v1/links/rx/pause", nil, "Authorization", "Bearer reader").problem(403, "forbidden"); !strings.Contains(string(got.body), "lets this token read, and no more") {
		t.Errorf("%s", got.body)
	}
	if state, err := w.journal.LinkState(t.Context(), "rx"); err != nil || state.Paused {
		t.Errorf("paused: %v, %v", state.Paused, err)
	}
	w.do(post, "/api/v1/links/rx/pause", nil, "Authorization", "Bearer other").want(200) // a token without a right
	w.do(get, "/api/v1/deadlines.ics", nil, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("reader:reader"))).want(200)
}

func TestOpenOnLoopback(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		header []string
		want   int
	}{
		"nothing":           {nil, 200},
		"localhost":         {[]string{"Host", "localhost:8080"}, 200},
		"IPv6":              {[]string{"Host", "[::1]:8080"}, 200},
		"IPv6 without port": {[]string{"Host", "[::1]"}, 200},
		"wrong token":       {[]string{"Authorization", "Bearer x"}, 401},
		"rebound name":      {[]string{"Host", "evil.example"}, 403},
		"name like it":      {[]string{"Host", "localhost.evil.example:8080"}, 403},
		"other site":        {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"same site":         {[]string{"Sec-Fetch-Site", "same-site"}, 403},
		"same origin":       {[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		"typed address":     {[]string{"Sec-Fetch-Site", "none"}, 200},
		"other origin":      {[]string{"Origin", "https://evil.example"}, 403},
		"opaque origin":     {[]string{"Origin", "null"}, 403},
		"own origin":        {[]string{"Host", "localhost:1", "Origin", "http://localhost:1"}, 200},
		"by a proxy":        {[]string{"X-Forwarded-For", "203.0.113.7"}, 403},
		"by a standard one": {[]string{"Forwarded", "for=203.0.113.7"}, 403},
		"by an old one":     {[]string{"Via", "1.1 gate"}, 403},
		"token by a proxy":  {[]string{"X-Forwarded-For", "203.0.113.7", "Authorization", "Bearer s3cret"}, 200},
		"token elsewhere":   {[]string{"Host", "hub.example", "Authorization", "Bearer s3cret"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.do(get, "/api/v1/links", nil, c.header...).want(c.want)
			if c.want == 403 {
				got.problem(403, "cross-site")
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for name, c := range map[string]Config{
		"no token":      {},
		"empty secret":  {Tokens: map[string]string{"a": ""}},
		"nameless":      {Tokens: map[string]string{"": "a"}},
		"open but half": {Open: true, Tokens: map[string]string{"a": ""}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestUnmatched(t *testing.T) {
	w := newWorld(t, nil)
	for _, path := range []string{"/", "/api/v1", "/api/v1/", "/api/v1/appeals/", "/api//v1/appeals", "/api/v1/../v1/appeals", "/api/v1/nothing", "/api/v1/appeals/by-ref"} {
		w.do(get, path, nil).want(404).at("request")
	}
	for _, path := range []string{"/api/v1/appeals/%00", "/api/v1/appeals/%ff/history", byRefPrefix + "rx/a%00", "/api/v1/appeals/x/attachments/%c3%28"} {
		if got := w.do(get, path, nil).want(404); !strings.Contains(fmt.Sprint(got.at("detail")), "no text") { // a database would answer with a failure of its own
			t.Errorf("%s: %s", path, got.body)
		}
	}
	for path, allow := range map[string]string{
		"DELETE /api/v1/appeals": "GET, HEAD, POST", "PUT /api/v1/appeals/x": "GET, HEAD", "GET /api/v1/attachments": "POST", "OPTIONS /api/v1/links": "GET, HEAD",
		"POST /livez": "GET, HEAD", "POST " + byRefPrefix + "rx/17": "GET, HEAD", "GET /in/rx": "POST",
	} {
		method, at, _ := strings.Cut(path, " ")
		if got := w.do(method, at, nil).problem(405, "method-not-allowed"); got.header.Get("Allow") != allow {
			t.Errorf("%s: Allow %s, want %s", path, got.header.Get("Allow"), allow)
		}
	}
}

func TestPanic(t *testing.T) {
	w := newWorld(t, nil)
	rt := &route{name: "GET /boom", do: func(*exchange) error { panic("Иванова") }}
	w.handler.mux.HandleFunc("GET /boom", func(rw http.ResponseWriter, _ *http.Request) { w.handler.serve(rw.(*exchange), rt) })
	trace := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	got := w.do(get, "/boom", nil, "Traceparent", trace).problem(500, "internal")
	log := w.log.String()
	if !strings.Contains(log, got.at("request").(string)) || !strings.Contains(log, "traceparent="+trace) || strings.Contains(log, "Иванова") {
		t.Errorf("log: %s", log)
	}
	w.do(get, "/livez", nil, "Traceparent", "00-Иванова").want(200)
	if strings.Contains(w.log.String(), "Иванова") {
		t.Error("a traceparent that is none is in the log")
	}
}
