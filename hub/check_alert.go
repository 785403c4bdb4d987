package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/appealhub/appealhub/hub/link"
)

// alertTime is how long a system that says nothing is listened to for an alert.
const alertTime = 2 * time.Second

// The alerts of TLS that have a remedy of their own.
const (
	alertVersion tls.AlertError = 70
	alertName    tls.AlertError = 112
)

// alerted is the text of the alert that the other side ended a TLS connection with.
func alerted(err error) (text string, ok bool) {
	var far *net.OpError
	if !errors.As(err, &far) || far.Op != "remote error" {
		return "", false
	}
	return far.Err.Error(), true
}

// diagnoseAlert tells why a system refuses the hub's side of a TLS connection.
func diagnoseAlert(cfg link.Config, text string) (what, remedy string) {
	switch {
	case text == alertVersion.Error():
		return "the system speaks no TLS version that the hub does", "have it offer TLS 1.2 or 1.3"
	case text == alertName.Error():
		return "the system has no certificate for this host", "use a host that the system knows in options.url"
	case showsCertificate(cfg):
		return "the system refuses the hub's certificate", "name one in options.tls.cert that has not run out and is signed by an authority that the system trusts"
	}
	return "the system refuses the TLS connection", "a system that asks for a certificate needs options.tls.cert and tls.key"
}

// showsCertificate reports whether a link has a certificate of its own.
func showsCertificate(cfg link.Config) bool {
	files, _ := cfg.Options["tls"].(map[string]any)
	cert, _ := files["cert"].(string)
	return cfg.TLS.Cert != "" || cert != ""
}

// withAlert returns the alert that a call may have missed: a system that ends the
// connection while the call still writes breaks it before the call reads why. It
// connects once more and listens, unless a proxy is between. Without an alert it
// returns err.
func withAlert(ctx context.Context, cfg link.Config, err error) error {
	to, _ := cfg.Options["url"].(string)
	address, bad := url.Parse(to)
	if bad != nil || address.Scheme != "https" || !cutOff(err) {
		return err
	}
	client, bad := link.NewHTTPClient(cfg)
	if bad != nil {
		return err
	}
	if said := heard(ctx, client.Transport.(*http.Transport), address); said != nil {
		return said
	}
	return err
}

// heard is the alert that a system ends a connection with that nobody writes to; nil
// where there is none, and where calls go through a proxy: nothing goes past it.
func heard(ctx context.Context, t *http.Transport, address *url.URL) error {
	if proxied(t, address) {
		return nil
	}
	said := listen(ctx, address, t.TLSClientConfig)
	if said == nil {
		return nil
	}
	if _, ok := alerted(said); !ok {
		return nil
	}
	return said
}

// proxied reports whether calls to an address go through a proxy, or would if it
// were named rightly.
func proxied(t *http.Transport, address *url.URL) bool {
	if t.Proxy == nil {
		return false
	}
	by, err := t.Proxy(&http.Request{URL: address})
	return by != nil || err != nil
}

// cutOff reports whether a connection ended under a call.
func cutOff(err error) bool {
	return slices.ContainsFunc([]error{syscall.EPIPE, syscall.ECONNRESET, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed}, func(one error) bool { return errors.Is(err, one) }) ||
		strings.Contains(err.Error(), "client conn could not be established") // of net/http's HTTP/2, which has no name for it
}

// listen shakes hands and returns how the other side ends what follows.
func listen(ctx context.Context, address *url.URL, c *tls.Config) error {
	ctx, cancel := context.WithTimeout(ctx, alertTime)
	defer cancel()
	port := address.Port()
	if port == "" {
		port = "443"
	}
	conn, err := (&tls.Dialer{Config: c}).DialContext(ctx, "tcp", net.JoinHostPort(address.Hostname(), port))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(alertTime)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}
