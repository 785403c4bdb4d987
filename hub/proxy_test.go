package hub

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
)

// TestBehindProxy: what a proxy on the hub's machine sends on bears the hub's own
// address as its Host, as from a program beside the hub. Where tokens are asked for on
// loopback too, it needs one; else a proxy that says for whom it asks does.
func TestBehindProxy(t *testing.T) {
	for name, c := range map[string]struct {
		local      string
		given      string
		anonymous  bool // the proxy says nothing of its client
		want, here int  // through the proxy, and beside the hub
	}{
		"token, not given":        {localToken, "", true, 401, 401},
		"token, not given, named": {localToken, "", false, 401, 401},
		"token given":             {localToken, "Bearer t0ken", true, 200, 200},
		"open, given":             {localOpen, "Bearer t0ken", false, 200, 200},
		"open, named":             {localOpen, "", false, 403, 200},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sink{seen: map[string]int{}}
			h, _ := runHub(t, Config{
				Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
				HTTP: HTTP{Listen: "127.0.0.1:0", Tokens: map[string]string{"operator": "t0ken"}, Local: c.local}, Links: []link.Config{{Name: "sink", Connector: "sink"}},
				Routes: []route.Rule{{From: "api", To: []string{"sink"}}}, Drain: time.Second,
			}, s.spec())
			proxy := httptest.NewServer(proxyTo(h.Addr(), c.anonymous))
			defer proxy.Close()
			for address, want := range map[string]int{proxy.URL: c.want, "http://" + h.Addr(): c.here} {
				if got := statusOf(t, address+"/api/v1/appeals", c.given); got != want {
					t.Errorf("%s: %d, want %d", address, got, want)
				}
			}
		})
	}
}

// proxyTo sends on to an address, which becomes the Host, as nginx and Apache do unless
// told otherwise.
func proxyTo(address string, anonymous bool) http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: address})
		if !anonymous {
			r.SetXForwarded()
		}
	}}
}

func statusOf(t *testing.T, address, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
