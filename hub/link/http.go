package link

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// NewHTTPClient makes the HTTP client of a link's connector from the
// configuration's TLS, Proxy (or the options tls and proxy), Concurrency and
// time-outs. The answer's header must come within Timeout
// of the request's end, the whole of it within FileTimeout; a connector's
// context is the tighter bound. Connections of all its calls at once are kept.
// See redirect for what it follows.
func NewHTTPClient(cfg Config) (*http.Client, error) {
	seen, err := newHTTPClient(cfg, time.Now)
	if err != nil {
		return nil, err
	}
	return seen.client, nil
}

// newHTTPClient makes a client that notes which certificates it is shown.
func newHTTPClient(cfg Config, now func() time.Time) (*shown, error) {
	cfg, err := cfg.prepared()
	if err != nil {
		return nil, err
	}
	secure, err := cfg.TLS.config()
	if err != nil {
		return nil, err
	}
	seen := &shown{ends: map[string]time.Time{}, now: now}
	secure.VerifyConnection = seen.note
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}).DialContext,
		TLSClientConfig:        secure,
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		ResponseHeaderTimeout:  cfg.Timeout,
		ExpectContinueTimeout:  time.Second,
		MaxIdleConns:           4 * cfg.Concurrency,
		MaxIdleConnsPerHost:    cfg.Concurrency,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 256 << 10,
	}
	if cfg.Proxy == proxyEnv {
		t.Proxy = http.ProxyFromEnvironment
	}
	seen.client = &http.Client{Transport: t, CheckRedirect: redirect, Timeout: cfg.FileTimeout}
	return seen, nil
}

// Bounds of a connection.
const (
	dialTimeout = 10 * time.Second
	keepAlive   = 30 * time.Second
	idleTimeout = 90 * time.Second
)

// config reads the files named. Their certificates are read once: a new one
// needs a restart.
func (t TLS) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca: %s holds no PEM certificate", t.CA)
		}
	}
	if t.Cert == "" && t.Key == "" {
		return c, nil
	}
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("tls.cert and tls.key: %w", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}

// maxRedirects is how many redirects in a row are followed.
const maxRedirects = 5

// redirect lets a request go on only on the same scheme, host and port and with
// the same method: credentials go nowhere else, and a POST never turns into a
// GET whose answer looks like success. The errors name no path or query.
func redirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case next.URL.Scheme != first.URL.Scheme:
		return fmt.Errorf("redirect from %s to %s is not followed", first.URL.Scheme, next.URL.Scheme)
	case hostPort(next.URL) != hostPort(first.URL):
		return fmt.Errorf("redirect to another host, %s, is not followed", next.URL.Host)
	case next.Method != first.Method:
		return fmt.Errorf("redirect that turns %s into %s is not followed", first.Method, next.Method)
	case len(via) > maxRedirects:
		return errors.New("redirect after redirect: gave up after 5")
	}
	return nil
}

// hostPort is the host in lower case with its port written out.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
