package bus

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// distrust says why the two sides of a TLS connection don't take each other;
// empty where err is of another kind.
func distrust(err error) (what, remedy string) {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var refused *net.OpError
	switch {
	case errors.As(err, &unknown):
		return "their certificate is signed by nobody whom this hub trusts", "name the PEM file of their authority: ca=… in bus"
	case errors.As(err, &name):
		return "their certificate is for another host", "name the brokers in bus as the certificate does, and have them advertise that name"
	case errors.As(err, &invalid):
		return "their certificate is not valid", "have it renewed, and check this machine's clock"
	case errors.As(err, &plain):
		return "they do not speak TLS at this port", "leave out tls=true in bus, or use the port for TLS"
	case errors.As(err, &refused) && refused.Op == "remote error":
		return "they refuse the hub's side of the TLS connection", "brokers that ask for a certificate need cert=… and key=… in bus, signed by an authority that they trust"
	}
	return "", ""
}
