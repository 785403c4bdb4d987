package hub

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// served is a hub's configuration with a sink and a certificate.
func served(t *testing.T, id identity) Config {
	return Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
		HTTP:  HTTP{Listen: "127.0.0.1:0", TLS: ServerTLS{Cert: id.cert, Key: id.key}},
		Links: []link.Config{{Name: "sink", Connector: "sink"}}, Routes: []route.Rule{{From: "api", To: []string{"sink"}}}, Drain: time.Second,
	}
}

// trusting is a client that trusts one certificate.
func trusting(t *testing.T, id identity) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(id.cert)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get returns status, protocol and body.
func get(t *testing.T, c *http.Client, url string) (status int, proto, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Proto, string(text)
}

// TestHTTPS: with a certificate the API speaks HTTPS and nothing else.
func TestHTTPS(t *testing.T) {
	id := newIdentity(t, "hub", time.Now().Add(time.Hour))
	h, _ := runHub(t, served(t, id), (&sink{seen: map[string]int{}}).spec())
	client := trusting(t, id)
	if status, proto, _ := get(t, client, h.URL()+"/readyz"); status != 200 || proto != "HTTP/2.0" || !strings.HasPrefix(h.URL(), "https://127.0.0.1:") {
		t.Errorf("%s answers %d over %s", h.URL(), status, proto)
	}
	if status, _, body := get(t, client, "http://"+h.Addr()+"/readyz"); status != 400 || !strings.Contains(body, "HTTPS server") {
		t.Errorf("plain http is answered %d %s", status, body)
	}
}

// TestCertificateOfTheStart: a hub does not start with a certificate that it can't show.
func TestCertificateOfTheStart(t *testing.T) {
	id, other := newIdentity(t, "hub", time.Now().Add(time.Hour)), newIdentity(t, "other", time.Now().Add(time.Hour))
	for name, files := range map[string]ServerTLS{
		"gone":           {Cert: id.cert + "x", Key: id.key},
		"another's key":  {Cert: id.cert, Key: other.key},
		"key for a cert": {Cert: id.key, Key: id.key},
	} {
		cfg := served(t, id)
		cfg.HTTP.TLS = files
		if h, err := Open(t.Context(), cfg, []sdk.Spec{(&sink{}).spec()}, slog.New(slog.DiscardHandler), "test"); err == nil || !strings.Contains(err.Error(), "http.tls: ") {
			t.Errorf("%s: %v %v", name, h, err)
		}
	}
}

// TestCertificateRenewed: a new certificate in the same files is shown within the time
// of a renewal, and one that can't be read never.
func TestCertificateRenewed(t *testing.T) {
	var ids [3]identity
	for i := range ids {
		ids[i] = newIdentity(t, "hub", time.Now().Add(time.Hour))
	}
	first, second, third := ids[0], ids[1], ids[2]
	now := time.Unix(1_800_000_000, 0)
	c, err := openCertificate(ServerTLS{Cert: first.cert, Key: first.key}, slog.New(slog.DiscardHandler), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	shows := func(why string, id identity) {
		t.Helper()
		if pair, err := c.get(nil); err != nil || string(pair.Certificate[0]) != string(id.pair.Certificate[0]) {
			t.Errorf("%s: another certificate is shown: %v", why, err)
		}
	}
	put := func(from, to string) {
		t.Helper()
		raw, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err == nil {
			err = os.Chtimes(to, now, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shows("at the start", first)
	put(second.cert, first.cert)
	now = now.Add(renewal)
	shows("a certificate whose key is not there yet", first)
	put(second.key, first.key)
	now = now.Add(renewal - 1)
	shows("before it is time", first)
	now = now.Add(1)
	shows("both files are new", second)
	put("server_test.go", first.cert)
	now = now.Add(renewal)
	shows("no certificate any more", second)
	now = now.Add(-time.Hour)
	put(third.cert, first.cert)
	put(third.key, first.key)
	shows("a clock put back", third)
}

// TestCheckHTTP: what is said of the way in which others reach the API.
func TestCheckHTTP(t *testing.T) {
	now := time.Now()
	in := func(days int) ServerTLS {
		id := newIdentity(t, "hub", now.Add(time.Duration(days)*24*time.Hour))
		return ServerTLS{Cert: id.cert, Key: id.key}
	}
	for name, c := range map[string]struct {
		http HTTP
		kind FindingKind
		what string
	}{
		"loopback":      {HTTP{Listen: "127.0.0.1:8080"}, "", ""},
		"by name":       {HTTP{Listen: "localhost:8080"}, "", ""},
		"others":        {HTTP{Listen: "0.0.0.0:8080"}, FindingWarning, "in clear text"},
		"good":          {HTTP{Listen: "0.0.0.0:8443", TLS: in(8)}, FindingOK, "is good until "},
		"soon":          {HTTP{Listen: "0.0.0.0:8443", TLS: in(6)}, FindingWarning, "runs out on "},
		"over":          {HTTP{Listen: "127.0.0.1:8443", TLS: in(-1)}, FindingInvalid, "ran out on "},
		"to come":       {HTTP{Listen: "127.0.0.1:8443", TLS: in(21)}, FindingInvalid, "is good from "},
		"gone":          {HTTP{Listen: "127.0.0.1:8443", TLS: ServerTLS{Cert: "gone.pem", Key: "gone.pem"}}, FindingInvalid, "can't be used"},
		"only the cert": {HTTP{Listen: "127.0.0.1:8443", TLS: ServerTLS{Cert: in(8).Cert}}, FindingInvalid, "can't be used"},
	} {
		got := checkHTTP(c.http, now)
		if c.kind == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Kind != c.kind || !strings.Contains(got[0].What, c.what) || (got[0].Remedy == "") != (c.kind == FindingOK) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
