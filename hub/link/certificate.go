package link

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
	"time"
)

// certificateAge is how old what is known of a system's certificate may become: a
// connection that is kept goes on with the one that it began with, though the
// system may have another by then.
const certificateAge = time.Hour

// CertificateEnds is when the trust in a system's certificate ends, as the latest TLS
// connection to it showed: with that certificate, or with the authority's that it is
// trusted by, if that ends before. Of several hosts it is the first that ends. It is
// false for a link that has made no TLS connection.
func (l *Link) CertificateEnds() (end time.Time, ok bool) { return l.shown.first() }

// shown is what the systems of a link showed of themselves.
type shown struct {
	client *http.Client
	mu     sync.Mutex
	ends   map[string]time.Time // by host; that of an address without a name is empty
	at     time.Time            // of the latest handshake
	now    func() time.Time
}

// note takes up a connection whose certificate is verified.
func (s *shown) note(c tls.ConnectionState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.now()
	if end := trustEnds(c.VerifiedChains); !end.IsZero() {
		s.ends[c.ServerName] = end
	}
	return nil
}

// trustEnds is when the last of the chains ends that a certificate is trusted by: a
// chain ends with the first of its certificates.
func trustEnds(chains [][]*x509.Certificate) (last time.Time) {
	for _, chain := range chains {
		end := chain[0].NotAfter
		for _, one := range chain {
			if one.NotAfter.Before(end) {
				end = one.NotAfter
			}
		}
		if end.After(last) {
			last = end
		}
	}
	return last
}

func (s *shown) first() (end time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.ends {
		if !ok || one.Before(end) {
			end, ok = one, true
		}
	}
	return end, ok
}

// renew lets go of kept connections where the latest handshake is long ago: the next
// call makes one.
func (s *shown) renew() {
	s.mu.Lock()
	old := len(s.ends) > 0 && s.now().Sub(s.at) >= certificateAge
	s.mu.Unlock()
	if old {
		s.client.CloseIdleConnections()
	}
}
