package hub

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// ServerTLS names the certificate that the API is served with, in PEM; both
// files or none.
type ServerTLS struct {
	Cert string // the certificate, then those between it and its authority
	Key  string
}

// on reports whether there is a certificate.
func (s ServerTLS) on() bool { return s.Cert != "" }

// renewal is how long a certificate may lie in its file before it is taken up.
const renewal = 10 * time.Second

// certificate is what the server shows. It follows its files, so that renewing
// it needs no restart; one that can't be read leaves the former in place.
type certificate struct {
	files ServerTLS
	log   *slog.Logger
	now   func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	seen   [2]fileState // of cert and key when the pair was read, or refused
	looked time.Time
}

// fileState tells one content of a file from another.
type fileState struct {
	at   time.Time
	size int64
}

// openCertificate reads the certificate; the error names the setting.
func openCertificate(files ServerTLS, log *slog.Logger, now func() time.Time) (*certificate, error) {
	c := &certificate{files: files, log: log, now: now, looked: now()}
	c.seen = c.states()
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, fmt.Errorf("http.tls: %w; name a certificate and its key, in PEM", err)
	}
	c.pair = &pair
	return c, nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get is the certificate for the next connection.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= renewal || now.Before(c.looked) {
		c.looked = now
		c.renew()
	}
	return c.pair, nil
}

// renew reads the files again if they are not what they were.
func (c *certificate) renew() {
	states := c.states()
	if states == c.seen {
		return
	}
	c.seen = states
	pair, err := tls.LoadX509KeyPair(c.files.Cert, c.files.Key)
	if err != nil {
		c.log.Warn("the new certificate of the API can't be read; the former stays in use", "setting", "http.tls", "error", err)
		return
	}
	c.pair = &pair
	c.log.Info("the API has a new certificate", "until", pair.Leaf.NotAfter)
}

func (c *certificate) states() (out [2]fileState) {
	for i, path := range []string{c.files.Cert, c.files.Key} {
		if info, err := os.Stat(path); err == nil {
			out[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return out
}
