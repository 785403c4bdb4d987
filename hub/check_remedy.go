package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// unreachable tells why a link's system can't be worked with, and what to do.
func unreachable(cfg link.Config, spec sdk.Spec, err error) Finding {
	what, remedy := diagnose(cfg, spec, err)
	return Finding{Kind: FindingUnreachable, Path: "links." + cfg.Name, Link: cfg.Name, What: what, Why: withoutName(cfg.Name, err), Remedy: remedy}
}

func diagnose(cfg link.Config, spec sdk.Spec, err error) (what, remedy string) {
	if what, remedy = diagnoseNetwork(cfg, err); what != "" {
		return what, remedy
	}
	if what, remedy = diagnoseTLS(cfg, err); what != "" {
		return what, remedy
	}
	url := option(cfg, "url")
	switch sdk.KindOf(err) {
	case sdk.Denied:
		return "the system refuses the credentials", "check the options " + credentials(spec) + ", and the account's rights in the system"
	case sdk.NotFound:
		return "the system does not know the address", "check the path in " + url
	case sdk.Throttled:
		return "the system asks to be called less often", "wait, or set a lower rate for the link"
	case sdk.Transient:
		return "the system is in trouble", "look into the system's own log; check that " + url + " leads to it, not to a proxy's page"
	}
	return "the system answers in a way that is not its own", "check that " + url + " leads to the system that the connector is for, in a version it knows"
}

// option writes an option and its value for a remedy.
func option(cfg link.Config, name string) string {
	v, _ := cfg.Options[name].(string)
	return fmt.Sprintf("links.%s.options.%s (%s)", cfg.Name, name, withoutPassword(v))
}

// host is the host and port of a link's address.
func host(cfg link.Config) string {
	v, _ := cfg.Options["url"].(string)
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		return u.Host
	}
	return "the address"
}

// credentials lists the options by which a system knows the hub.
func credentials(spec sdk.Spec) string {
	var names []string
	for _, o := range spec.Options {
		if o.Secret || o.Name == "username" {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, ", ")
}

func diagnoseNetwork(cfg link.Config, err error) (what, remedy string) {
	var dns *net.DNSError
	var unreachable = errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
	switch {
	case errors.As(err, &dns):
		return "the name " + dns.Name + " can't be resolved", "check " + option(cfg, "url") + " and this machine's DNS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens at " + host(cfg), "is the system running? check the port in " + option(cfg, "url") + ", and any firewall in between"
	case unreachable:
		return "there is no way to " + host(cfg), "check this machine's network and routes, and " + option(cfg, "url")
	case sdk.TimedOut(err) || errors.Is(err, context.DeadlineExceeded):
		return host(cfg) + " does not answer in time", "check the firewall in between and the system's load; a slow system needs a longer links." + cfg.Name + ".timeout"
	case errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return host(cfg) + " ends the connection", "check that the port in " + option(cfg, "url") + " is the system's, and http or https as it speaks"
	}
	return "", ""
}

func diagnoseTLS(cfg link.Config, err error) (what, remedy string) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "the system's certificate is signed by nobody this hub trusts", "name the authority's PEM file in options.tls.ca"
	case errors.As(err, &name):
		return "the system's certificate is for another host", "use the host that the certificate names in options.url"
	case errors.As(err, &invalid):
		return "the system's certificate is not valid", "have it renewed, and check this machine's clock"
	case errors.As(err, &plain) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the system does not speak TLS at this port", "write http:// in options.url, or use the port for HTTPS"
	}
	if text, ok := alerted(err); ok {
		return diagnoseAlert(cfg, text)
	}
	return "", ""
}
