package hub

import (
	"crypto/tls"
	"net"
	"time"
)

// What is said of an API that others can reach without TLS.
const (
	plainWords = "tokens and personal data pass the network in clear text"
	plainCure  = "name a certificate in http.tls, or listen on loopback behind a proxy that ends TLS"
)

// checkHTTP looks at how the API would be served; nothing is said of plain http
// on loopback.
func checkHTTP(cfg HTTP, now time.Time) []Finding {
	if !cfg.TLS.on() {
		if host, _, _ := net.SplitHostPort(cfg.Listen); loopbackHost(host) {
			return nil
		}
		return []Finding{{Kind: FindingWarning, Path: "http.listen", What: plainWords, Why: cfg.Listen + " is reachable from other machines, by plain http", Remedy: plainCure}}
	}
	pair, err := tls.LoadX509KeyPair(cfg.TLS.Cert, cfg.TLS.Key)
	if err != nil {
		return []Finding{{Kind: FindingInvalid, Path: "http.tls", What: "the certificate can't be used", Why: err.Error(), Remedy: "name a certificate and its key, in PEM"}}
	}
	return []Finding{aged(pair.Leaf.NotBefore, pair.Leaf.NotAfter, now)}
}

// aged judges a certificate's time.
func aged(from, until, now time.Time) Finding {
	f := Finding{Kind: FindingOK, Path: "http.tls", What: "the certificate is good until " + until.UTC().Format(time.DateOnly), Remedy: "renew it in the same files; the hub takes it up within seconds"}
	switch {
	case now.After(until):
		f.Kind, f.What = FindingInvalid, "the certificate ran out on "+until.UTC().Format(time.DateOnly)
	case now.Before(from):
		f.Kind, f.What = FindingInvalid, "the certificate is good from "+from.UTC().Format(time.DateOnly)
	case now.Add(certificateNear).After(until):
		f.Kind, f.What = FindingWarning, "the certificate runs out on "+until.UTC().Format(time.DateOnly)
	default:
		f.Remedy = ""
	}
	return f
}
