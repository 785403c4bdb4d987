package hub

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// shows is a link to a system that answers over TLS with a certificate of its own.
func shows(t *testing.T, own identity) link.Config {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{own.pair}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return link.Config{Name: "sys", Connector: "asker", Options: sdk.Options{"url": s.URL, "tls": map[string]any{"ca": own.cert}}}
}

// TestCheckCertificate: a certificate that ends within a week is warned of, though the
// system is well.
func TestCheckCertificate(t *testing.T) {
	end := time.Now().Add(40 * time.Hour)
	got, _ := checkLink(t.Context(), shows(t, newIdentity(t, "system", end)), []sdk.Spec{askerSpec()}, slog.New(slog.DiscardHandler))
	want := Finding{
		Kind: FindingWarning, Path: "links.sys", Link: "sys", Remedy: "have the system's certificate renewed, or its authority's: after that the link is down",
		What: "the system answers and takes the credentials; its certificate ends on " + end.UTC().Format("2006-01-02 15:04 UTC"),
	}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

var untilEnd = regexp.MustCompile(`(?m)^appealhub_peer_cert_expiry_seconds\{link="sys"\} (\S+)$`)

// TestCertificateMetric: a hub that runs tells how long its system's certificate lasts.
func TestCertificateMetric(t *testing.T) {
	h, _ := runHub(t, Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Drain: time.Second, Links: []link.Config{shows(t, newIdentity(t, "system", time.Now().Add(40*time.Hour)))},
	}, askerSpec())
	eventually(t, "the metric is there", func() bool {
		resp, err := http.Get("http://" + h.Addr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		all, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		found := untilEnd.FindSubmatch(all)
		if found == nil {
			return false
		}
		left, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil || left > 40*3600 || left < 39*3600 {
			t.Fatalf("%s seconds: %v", found[1], err)
		}
		return true
	})
}
