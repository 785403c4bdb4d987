package postgres

import (
	"crypto/tls"
	"net/netip"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Exposed reports whether what goes to a server of the address on another machine could
// be read on the way, or the server be another one: without sslmode=verify-full,
// verify-ca, or require with an sslrootcert, whoever is between gets even the password.
// Of an address that can't be read it is false.
func Exposed(address string) bool {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return false
	}
	open := exposed(cfg.ConnConfig.Host, cfg.ConnConfig.TLSConfig)
	for _, other := range cfg.ConnConfig.Fallbacks {
		open = open || exposed(other.Host, other.TLSConfig)
	}
	return open
}

func exposed(host string, t *tls.Config) bool {
	ip, err := netip.ParseAddr(host)
	if strings.HasPrefix(host, "/") || host == "localhost" || err == nil && ip.IsLoopback() {
		return false
	}
	return t == nil || t.InsecureSkipVerify && t.VerifyPeerCertificate == nil
}
