package hub

import (
	"net"
	"net/url"
	"slices"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
)

// checkWires warns of connections to other machines that nothing protects: personal data
// goes over them, and credentials.
func checkWires(cfg Config) (out []Finding) {
	warn := func(path, link, remedy string) {
		out = append(out, Finding{Kind: FindingWarning, Path: path, Link: link, What: "what goes to another machine can be read and changed on the way", Remedy: remedy})
	}
	if OnPostgres(cfg.Journal) && postgres.Exposed(cfg.Journal) {
		warn("journal", "", "give the server a certificate, and add sslmode=verify-full and sslrootcert to the address")
	}
	if at, err := spool.ParseBucket(cfg.Spool); err == nil && !at.TLS && elsewhere(at.Endpoint) {
		warn("spool", "", "write endpoint=https://…")
	}
	if brokers, err := bus.ParseAddress(cfg.Bus); err == nil && !brokers.TLS.On && slices.ContainsFunc(brokers.Brokers, elsewhere) {
		warn("bus", "", "add tls=true, and ca where its authority is your own")
	}
	for _, l := range cfg.Links {
		if openWire(l) {
			warn("links."+l.Name, l.Name, "write https:// in options.url, and options.tls.ca where its authority is your own")
		}
	}
	return out
}

// openWire reports whether a link's address is one of plain HTTP on another machine.
func openWire(l link.Config) bool {
	address, _ := l.Options["url"].(string)
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && elsewhere(u.Host)
}

// elsewhere reports whether a host, with a port or without, is another machine.
func elsewhere(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host != "" && !loopbackHost(host)
}
