package services

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
)

func TestCertificates(t *testing.T) {
	s := &Services{cfg: Config{Dir: t.TempDir()}}
	if err := s.certify(); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(s.path(Kafka, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.certify(); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(s.path(Kafka, "ca.pem")); !bytes.Equal(ca, again) {
		t.Error("the second call made another authority")
	}
	pair, err := tls.LoadX509KeyPair(s.path(Kafka, "node.pem"), s.path(Kafka, "node.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		_, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "127.0.0.1", KeyUsages: []x509.ExtKeyUsage{use}})
		if err != nil {
			t.Errorf("use %v: %v", use, err)
		}
	}
	if info, err := os.Stat(filepath.Join(s.cfg.Dir, Kafka, "node.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
}
