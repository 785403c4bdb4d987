package link_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
)

// issued is a certificate with its key.
type issued struct {
	*x509.Certificate
	key *ecdsa.PrivateKey
}

// issue makes a certificate of 127.0.0.1 that ends at a time, signed by another one;
// by itself where there is none.
func issue(t *testing.T, until time.Time, by *issued) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	one := &x509.Certificate{
		SerialNumber: big.NewInt(until.UnixNano()), Subject: pkix.Name{CommonName: until.String()}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if by == nil {
		by = &issued{one, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, one, by.Certificate, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{parsed, key}
}

// secured is a system over TLS whose certificate can be replaced.
type secured struct {
	*httptest.Server
	mu    sync.Mutex
	shows *issued
}

func newSecured(t *testing.T, shows *issued) *secured {
	s := &secured{shows: shows}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{s.shows.Raw}, PrivateKey: s.shows.key}}}, nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *secured) replace(by *issued) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shows = by
}

// openSecured opens a link to a system, trusting one authority.
func openSecured(t *testing.T, s *secured, authority *issued, now func() time.Time) *link.Link {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := link.Config{Name: "rx", Connector: "test", TLS: link.TLS{CA: ca}}
	l, err := link.Open(t.Context(), cfg, specOf(&caller{base: s.URL}), link.Deps{Log: slog.New(slog.DiscardHandler), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestCertificateEnds: a certificate lasts as long as the first of its chain, and is
// known once the system was called.
func TestCertificateEnds(t *testing.T) {
	day := func(n int) time.Time { return time.Now().Add(time.Duration(n) * 24 * time.Hour).Truncate(time.Second) }
	for name, c := range map[string]struct{ own, authority, want time.Time }{
		"its own":         {day(3), day(300), day(3)},
		"the authority's": {day(300), day(5), day(5)},
	} {
		authority := issue(t, c.authority, nil)
		l := openSecured(t, newSecured(t, issue(t, c.own, authority)), authority, nil)
		if end, ok := l.CertificateEnds(); ok {
			t.Errorf("%s: ends %v before a call", name, end)
		}
		if err := l.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if end, ok := l.CertificateEnds(); !ok || !end.Equal(c.want) {
			t.Errorf("%s: ends %v, want %v", name, end, c.want)
		}
	}
}

// TestCertificateIsRenewed: a connection that is kept does not hide for long that the
// system has another certificate.
func TestCertificateIsRenewed(t *testing.T) {
	authority := issue(t, time.Now().Add(400*24*time.Hour), nil)
	old, renewed := issue(t, time.Now().Add(24*time.Hour), authority), issue(t, time.Now().Add(300*24*time.Hour), authority)
	s := newSecured(t, old)
	now := time.Now()
	l := openSecured(t, s, authority, func() time.Time { return now })
	ends := func() time.Time {
		t.Helper()
		if err := l.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		end, _ := l.CertificateEnds()
		return end
	}
	if end := ends(); !end.Equal(old.NotAfter) {
		t.Fatalf("ends %v", end)
	}
	s.replace(renewed)
	now = now.Add(59 * time.Minute)
	if end := ends(); !end.Equal(old.NotAfter) {
		t.Errorf("a new connection within the hour: ends %v", end)
	}
	now = now.Add(time.Minute)
	if end := ends(); !end.Equal(renewed.NotAfter) {
		t.Errorf("after an hour it still ends %v", end)
	}
}

// TestNoCertificate: a system without TLS has none.
func TestNoCertificate(t *testing.T) {
	l := open(t, link.Config{}, &caller{base: newSystem(t).URL, path: "/answer"})
	if err := l.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if end, ok := l.CertificateEnds(); ok {
		t.Errorf("ends %v", end)
	}
}
