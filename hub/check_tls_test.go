package hub

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// identity is a certificate that is its own authority, with its key, as files.
type identity struct {
	cert, key string
	pair      tls.Certificate
}

func newIdentity(t *testing.T, name string, until time.Time) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	one := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: until.Add(-20 * 24 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, one, one, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	id := identity{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
	for path, block := range map[string]*pem.Block{id.cert: {Type: "CERTIFICATE", Bytes: der}, id.key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// asking is a system that takes none but the callers whose certificates it trusts.
func asking(t *testing.T, own identity, trusts []identity, version uint16, http2 bool) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.EnableHTTP2 = http2
	s.TLS = &tls.Config{Certificates: []tls.Certificate{own.pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS10, MaxVersion: version}
	for _, id := range trusts {
		one, err := x509.ParseCertificate(id.pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		s.TLS.ClientCAs.AddCert(one)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// TestCheckLinkRefused: a system that refuses the hub's side of TLS is told with
// what it misses, in every version and protocol.
func TestCheckLinkRefused(t *testing.T) {
	system, hub := newIdentity(t, "system", time.Now().Add(time.Hour)), newIdentity(t, "hub", time.Now().Add(time.Hour))
	stranger, old := newIdentity(t, "stranger", time.Now().Add(time.Hour)), newIdentity(t, "old", time.Now().Add(-time.Hour))
	for name, c := range map[string]struct {
		version uint16
		http2   bool
		shown   *identity
		what    string
		remedy  string
	}{
		"1.2, none":       {tls.VersionTLS12, false, nil, "refuses the TLS connection", "tls.cert and tls.key"},
		"1.3, none":       {tls.VersionTLS13, false, nil, "refuses the TLS connection", "tls.cert and tls.key"},
		"HTTP/2, none":    {tls.VersionTLS13, true, nil, "refuses the TLS connection", "tls.cert and tls.key"},
		"1.2, unknown":    {tls.VersionTLS12, false, &stranger, "refuses the hub's certificate", "an authority that the system trusts"},
		"1.3, unknown":    {tls.VersionTLS13, false, &stranger, "refuses the hub's certificate", "an authority that the system trusts"},
		"HTTP/2, unknown": {tls.VersionTLS13, true, &stranger, "refuses the hub's certificate", "an authority that the system trusts"},
		"1.3, expired":    {tls.VersionTLS13, false, &old, "refuses the hub's certificate", "not run out"},
		"1.1":             {tls.VersionTLS11, false, nil, "speaks no TLS version that the hub does", "TLS 1.2"},
		"1.3, trusted":    {tls.VersionTLS13, true, &hub, "answers and takes the credentials", ""},
	} {
		t.Run(name, func(t *testing.T) {
			url := asking(t, system, []identity{hub, old}, c.version, c.http2)
			files := map[string]any{"ca": system.cert}
			if c.shown != nil {
				files["cert"], files["key"] = c.shown.cert, c.shown.key
			}
			for range 20 { // over HTTP/2 a call misses the alert now and then
				cfg := link.Config{Name: "sys", Connector: "asker", Options: sdk.Options{"url": url, "tls": files}, Timeout: 10 * time.Second}
				got, _ := checkLink(t.Context(), cfg, []sdk.Spec{askerSpec()}, slog.New(slog.DiscardHandler))
				if !strings.Contains(got.What, c.what) || !strings.Contains(got.Remedy, c.remedy) {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
}

// TestCutOff: whichever end of a connection a call meets first, it may have missed an
// alert.
func TestCutOff(t *testing.T) {
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.EPIPE, syscall.ECONNRESET, net.ErrClosed} {
		if !cutOff(fmt.Errorf("check: %w", &url.Error{Op: "Get", URL: "https://rx", Err: err})) {
			t.Errorf("%v is no end of a connection", err)
		}
	}
	if cutOff(context.DeadlineExceeded) {
		t.Error("a time-out is one")
	}
}

// TestAlertBehindProxy: what is called through a proxy is not called past it to hear
// an alert.
func TestAlertBehindProxy(t *testing.T) {
	system := newIdentity(t, "system", time.Now().Add(time.Hour))
	address, err := url.Parse(asking(t, system, nil, tls.VersionTLS13, false))
	if err != nil {
		t.Fatal(err)
	}
	client, err := link.NewHTTPClient(link.Config{Name: "sys", Connector: "asker", TLS: link.TLS{CA: system.cert}, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	calls := client.Transport.(*http.Transport)
	for name, c := range map[string]struct {
		proxy func(*http.Request) (*url.URL, error)
		heard bool
	}{
		"none":            {nil, true},
		"of others":       {http.ProxyURL(nil), true},
		"of the system's": {http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"}), false},
		"misnamed":        {func(*http.Request) (*url.URL, error) { return nil, errors.New("no such proxy") }, false},
	} {
		calls.Proxy = c.proxy
		if got := heard(t.Context(), calls, address); (got != nil) != c.heard {
			t.Errorf("%s: heard %v", name, got)
		}
	}
}
