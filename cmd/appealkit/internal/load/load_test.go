package load

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// TestRun: every appeal arrives whole, refusals are told apart from what was
// accepted, and a connection that breaks costs nothing.
func TestRun(t *testing.T) {
	var seen, whole atomic.Int64
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && string(body) == `{"text":"ё"}` && r.Header.Get("Authorization") == "Bearer secret" && r.URL.Path == "/api/v1/appeals" {
			whole.Add(1)
		}
		switch n := seen.Add(1); {
		case n%50 == 0:
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		case n%10 == 0:
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"id":"1"}`)
		}
	}))
	defer hub.Close()
	r, err := Run(t.Context(), Config{URL: hub.URL, Token: "secret", Connections: 4, Count: 500, Body: []byte(`{"text":"ё"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accepted+r.Refused[422] != 500 || r.Refused[422] == 0 || r.Broken == 0 || int(seen.Load()) != 500+r.Broken {
		t.Errorf("accepted %d, refused %v, broken %d of %d seen", r.Accepted, r.Refused, r.Broken, seen.Load())
	}
	if whole.Load() != seen.Load() {
		t.Errorf("%d of %d arrived whole", whole.Load(), seen.Load())
	}
	if r.Quantile(0.5) <= 0 || r.Quantile(0.5) > r.Quantile(0.99) || r.Rate() <= 0 {
		t.Errorf("p50 %v, p99 %v, rate %v", r.Quantile(0.5), r.Quantile(0.99), r.Rate())
	}
}

// TestLastBreaks: an appeal whose connection broke is sent again, be it the last one
// and all other connections done.
func TestLastBreaks(t *testing.T) {
	var seen atomic.Int64
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if seen.Add(1) == 1 {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	defer hub.Close()
	r, err := Run(t.Context(), Config{URL: hub.URL, Connections: 8, Count: 1, Body: []byte(`{}`)})
	if err != nil || r.Accepted != 1 || r.Broken != 1 {
		t.Errorf("accepted %d, broken %d, %v", r.Accepted, r.Broken, err)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "https://127.0.0.1:8443", "127.0.0.1:8080"} {
		if _, err := Run(t.Context(), Config{URL: address, Count: 0}); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
}

// TestAddress: where no port is named it is HTTP's.
func TestAddress(t *testing.T) {
	for address, want := range map[string]string{"http://hub": "hub:80", "http://hub:8080/": "hub:8080", "http://[::1]": "[::1]:80"} {
		if at, err := parse(address); err != nil || dialed(at) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
