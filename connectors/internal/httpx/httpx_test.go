package httpx_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

const secretPath = "/people/Ivanov?phone=79001234567"

// serve starts a server and returns a client with the hub's redirect policy and
// a request to it.
func serve(t *testing.T, h http.HandlerFunc) (*http.Client, *http.Request) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+secretPath, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(to *http.Request, via []*http.Request) error {
		if to.URL.Host != via[0].URL.Host {
			return errors.New("another host")
		}
		return nil
	}}
	return client, req
}

func answer(status int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for key, values := range header {
			w.Header()[key] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestRefusals(t *testing.T) {
	html := header("Content-Type", "text/html; charset=utf-8")
	later := header("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT", "Date", "Fri, 31 Dec 1999 23:58:59 GMT")
	for _, test := range []struct {
		status int
		header http.Header
		body   string
		kind   sdk.Kind
		after  time.Duration
		says   string
	}{
		{400, nil, `{"messages":["нет поля answer","и ещё"]}`, sdk.Rejected, 0, "HTTP 400 Bad Request: нет поля answer; и ещё"},
		{400, nil, `{"error":{"code":"7","message":"bad property"}}`, sdk.Rejected, 0, "7: bad property"},
		{400, nil, `{"error":{"code":"","message":{"lang":"ru","value":"плохо"}}}`, sdk.Rejected, 0, ": плохо"},
		{400, nil, `{"error":"invalid_grant","error_description":"Bad credentials"}`, sdk.Rejected, 0, "invalid_grant: Bad credentials"},
		{422, nil, `{"type":"about:blank","title":"Wrong","detail":"number is taken"}`, sdk.Rejected, 0, ": number is taken"},
		{422, nil, `{"title":"Wrong"}`, sdk.Rejected, 0, ": Wrong"},
		{500, nil, `{"status":500,"error":"Internal Server Error","message":"boom"}`, sdk.Transient, 0, "Internal Server Error"},
		{400, header("Content-Type", "text/plain"), "two\r\n\x00lines", sdk.Rejected, 0, ": two lines"},
		{502, html, "<html><body>secret page</body></html>", sdk.Transient, 0, "an HTML page"},
		{502, nil, "<!DOCTYPE html><p>secret page", sdk.Transient, 0, "an HTML page"},
		{401, nil, "", sdk.Denied, 0, "HTTP 401"},
		{403, nil, "", sdk.Denied, 0, "HTTP 403"},
		{404, nil, "", sdk.NotFound, 0, "HTTP 404"},
		{410, nil, "", sdk.NotFound, 0, "HTTP 410"},
		{409, nil, "", sdk.Conflict, 0, "HTTP 409"},
		{412, nil, "", sdk.Conflict, 0, "HTTP 412"},
		{408, nil, "", sdk.Transient, 0, "HTTP 408"},
		{425, nil, "", sdk.Transient, 0, "HTTP 425"},
		{413, nil, "", sdk.Rejected, 0, "HTTP 413"},
		{415, nil, "", sdk.Rejected, 0, "HTTP 415"},
		{418, nil, "", sdk.Rejected, 0, "HTTP 418"},
		{405, nil, "", sdk.Unsupported, 0, "HTTP 405"},
		{501, nil, "", sdk.Unsupported, 0, "HTTP 501"},
		{429, header("Retry-After", "7"), "", sdk.Throttled, 7 * time.Second, "HTTP 429"},
		{429, header("Retry-After", "99999999999"), "", sdk.Throttled, 24 * time.Hour, "HTTP 429"},
		{429, header("Retry-After", "9999999"), "", sdk.Throttled, 24 * time.Hour, "HTTP 429"},
		{503, later, "", sdk.Transient, time.Minute, "HTTP 503"},
		{503, header("Retry-After", "-5"), "", sdk.Transient, 0, "HTTP 503"},
		{400, header("Retry-After", "7"), "", sdk.Rejected, 0, "HTTP 400"},
		{307, nil, "", sdk.Transient, 0, "redirect"}, // without a Location the client hands it over
		{304, nil, "", sdk.Rejected, 0, "HTTP 304"},
	} {
		t.Run(fmt.Sprint(test.status, test.body), func(t *testing.T) {
			client, req := serve(t, answer(test.status, test.header, test.body))
			_, err := httpx.Do(client, req, "send it")
			if err == nil {
				t.Fatal("no error")
			}
			if got := sdk.KindOf(err); got != test.kind {
				t.Errorf("kind %s, want %s", got, test.kind)
			}
			if got := sdk.AfterOf(err); got != test.after {
				t.Errorf("after %s, want %s", got, test.after)
			}
			if got := httpx.StatusOf(err); got != test.status {
				t.Errorf("status %d, want %d", got, test.status)
			}
			if text := err.Error(); !strings.HasPrefix(text, "send it: ") || !strings.Contains(text, test.says) {
				t.Errorf("error %q does not say %q", text, test.says)
			}
			quiet(t, err)
		})
	}
}

// quiet fails if an error tells the address or a page.
func quiet(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"Ivanov", "7900", "secret"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q holds %q", err, secret)
		}
	}
}

func TestRefusalIsCut(t *testing.T) {
	client, req := serve(t, answer(400, nil, `{"messages":["`+strings.Repeat("ж", 2000)+`"]}`))
	_, err := httpx.Do(client, req, "send")
	if n := len([]rune(err.Error())); n > 600 {
		t.Errorf("the error has %d characters", n)
	}
}

func TestTransportFailures(t *testing.T) {
	t.Run("unreachable", func(t *testing.T) {
		client, req := serve(t, answer(200, nil, ""))
		req.URL.Host = "127.0.0.1:1"
		_, err := httpx.Do(client, req, "send")
		if sdk.KindOf(err) != sdk.Transient || sdk.TimedOut(err) || httpx.StatusOf(err) != 0 {
			t.Errorf("%v: kind %s, timed out %v", err, sdk.KindOf(err), sdk.TimedOut(err))
		}
		quiet(t, err)
	})
	t.Run("time-out", func(t *testing.T) {
		done := make(chan struct{})
		client, req := serve(t, func(http.ResponseWriter, *http.Request) { <-done })
		defer close(done)
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(20*time.Millisecond))
		defer cancel()
		_, err := httpx.Do(client, req.WithContext(ctx), "send")
		if sdk.KindOf(err) != sdk.Transient || !sdk.TimedOut(err) {
			t.Errorf("%v: kind %s, timed out %v", err, sdk.KindOf(err), sdk.TimedOut(err))
		}
		quiet(t, err)
	})
	const cut = "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"Ivanov"
	malformed := map[string]bool{"header with a control character": true} // the others may be a lost connection
	for name, raw := range map[string]string{
		"header with a control character": cut + "\x00.txt\"\r\n\r\n",
		"cut in a name":                   "HTTP/1.1 200 OK\r\nContent-Dispos",
		"cut in a value":                  cut,
		"cut in the first line":           "HTTP/1.",
		"no header":                       "Ivanov 79001234567\r\n\r\n",
		"status in words":                 "HTTP/1.1 Ivanov\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			client, req := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_, _ = io.WriteString(conn, raw)
					conn.Close()
				}
			})
			_, err := httpx.Do(client, req, "send")
			if sdk.KindOf(err) != sdk.Transient || errors.Is(err, httpx.ErrMalformed) != malformed[name] {
				t.Errorf("%v: kind %s", err, sdk.KindOf(err))
			}
			quiet(t, err)
		})
	}
	t.Run("client time-out", func(t *testing.T) {
		done := make(chan struct{})
		client, req := serve(t, func(http.ResponseWriter, *http.Request) { <-done })
		defer close(done)
		client.Timeout = 20 * time.Millisecond
		if _, err := httpx.Do(client, req, "send"); !sdk.TimedOut(err) {
			t.Errorf("%v is no time-out", err)
		}
	})
}

func TestRedirects(t *testing.T) {
	for name, test := range map[string]struct{ location, says string }{
		"another host":   {"http://evil.example/secret?Ivanov", "host evil.example"},
		"method changes": {"/elsewhere", "redirect turned POST into GET"},
		"unreadable":     {"http://[secret", "redirect to an address that can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			client, req := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/elsewhere" {
					w.Header().Set("Location", test.location)
					w.WriteHeader(http.StatusFound)
				}
			})
			_, err := httpx.Do(client, req, "send")
			if sdk.KindOf(err) != sdk.Transient || !strings.Contains(err.Error(), "redirect") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v of kind %s", err, sdk.KindOf(err))
			}
			quiet(t, err)
		})
	}
	for _, status := range []int{400, 404, 409, 410, 501} {
		t.Run("refused elsewhere", func(t *testing.T) {
			client, req := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/login" {
					http.Redirect(w, r, "/login", http.StatusTemporaryRedirect)
					return
				}
				w.WriteHeader(status)
			})
			_, err := httpx.Do(client, req, "send")
			if want := fmt.Sprintf("after a redirect: HTTP %d", status); sdk.KindOf(err) != sdk.Transient || !strings.Contains(err.Error(), want) || httpx.StatusOf(err) != 0 {
				t.Errorf("got %v of kind %s, status %d", err, sdk.KindOf(err), httpx.StatusOf(err))
			}
		})
	}
	t.Run("not followed", func(t *testing.T) {
		client, req := serve(t, answer(302, header("Location", "http://evil.example/"), ""))
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if _, err := httpx.Do(client, req, "send"); sdk.KindOf(err) != sdk.Transient || !strings.Contains(err.Error(), "redirect") {
			t.Errorf("got %v", err)
		}
	})
}

func TestReadJSON(t *testing.T) {
	type item struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	json8 := header("Content-Type", "application/json;charset=UTF-8")
	for name, test := range map[string]struct {
		header http.Header
		body   string
		kind   sdk.Kind
		says   string
	}{
		"good":           {json8, `{"id":1,"name":"ж"}`, "", ""},
		"byte order":     {json8, "\ufeff{\"id\":1,\"name\":\"ж\"}", "", ""},
		"plain type":     {header("Content-Type", "text/plain"), `{"id":1,"name":"ж"}`, "", ""},
		"HTML":           {header("Content-Type", "text/html"), "<p>secret</p>", sdk.Transient, "an HTML page instead of JSON"},
		"HTML disguised": {json8, "\n<!doctype html><p>secret", sdk.Transient, "an HTML page instead of JSON"},
		"other content":  {header("Content-Type", "application/xml"), "<secret/>", sdk.Transient, "application/xml instead of JSON"},
		"malformed":      {json8, `{"id":1,,}`, sdk.Transient, "at byte 9"},
		"empty":          {json8, ``, sdk.Transient, "at byte 0"},
		"two values":     {json8, `{} {}`, sdk.Transient, "at byte"},
		"wrong type":     {json8, `{"id":"secret"}`, sdk.Invalid, `field "id" is of the wrong type (string)`},
		"number quoted":  {json8, `{"name":7900}`, sdk.Invalid, `field "name" is of the wrong type (number)`},
		"too long":       {json8, `{"name":"` + strings.Repeat("x", 200) + `"}`, sdk.Invalid, "longer than 100 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			client, req := serve(t, answer(200, test.header, test.body))
			resp, err := httpx.Do(client, req, "read")
			if err != nil {
				t.Fatal(err)
			}
			var got item
			err = httpx.ReadJSON(resp, 100, "read it", &got)
			if test.kind == "" {
				if err != nil || got != (item{1, "ж"}) {
					t.Fatalf("got %v, %v", got, err)
				}
				return
			}
			if sdk.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v of kind %s, want %s saying %q", err, sdk.KindOf(err), test.kind, test.says)
			}
			quiet(t, err)
		})
	}
}

func TestReadBodyOfBrokenConnection(t *testing.T) {
	client, req := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	})
	resp, err := httpx.Do(client, req, "read")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := httpx.ReadBody(resp, 1000, "read"); sdk.KindOf(err) != sdk.Transient || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v of kind %s", err, sdk.KindOf(err))
	}
}

func TestDoReturnsGoodAnswers(t *testing.T) {
	client, req := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{"method": r.Method})
	})
	resp, err := httpx.Do(client, req, "send")
	if err != nil {
		t.Fatal(err)
	}
	body, err := httpx.ReadBody(resp, 1000, "read")
	if diff := cmp.Diff("{\"method\":\"POST\"}\n", string(body)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
