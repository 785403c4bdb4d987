package services

import (
	"crypto/tls"
	"fmt"
	"os"
)

// Security is how clients reach a secure broker. Admin may do everything; Hub
// may do nothing until an ACL says so. Each has a password, for PLAIN,
// SCRAM-SHA-256 and SCRAM-SHA-512 alike, and a certificate with its name.
type Security struct {
	CA           string            // path of the authority's certificate (PEM)
	MTLSBrokers  []string          // addresses that ask for a client's certificate, and for no password
	Passwords    map[string]string // by user: admin, hub
	Certificates map[string]string // path of key and certificate (PEM) by user
}

// Users of a secure broker.
const (
	Admin = "admin"
	Hub   = "hub"
	self  = "broker" // the broker's own name
)

// TLS is a client's side of the connection: with the user's certificate, or
// without any where user is empty.
func (c Security) TLS(user string) (*tls.Config, error) {
	return clientTLS(c.CA, c.Certificates[user], c.Certificates[user])
}

// KafkaSecurity tells how clients reach the secure broker; an error says that
// there is none.
func (s *Services) KafkaSecurity() (Security, error) {
	rec, err := s.Broker(1).record()
	if err != nil {
		return Security{}, err
	}
	if rec.MTLS == "" {
		return Security{}, fmt.Errorf("kafka in %s is not secure", s.cfg.Dir)
	}
	c := Security{
		CA: s.path(Kafka, "ca.pem"), MTLSBrokers: []string{rec.MTLS},
		Passwords: map[string]string{}, Certificates: map[string]string{},
	}
	for _, user := range []string{Admin, Hub} {
		if c.Passwords[user], err = secret(s.path(Kafka, user+".password")); err != nil {
			return Security{}, err
		}
		c.Certificates[user] = s.path(Kafka, user+".pem")
	}
	return c, nil
}

// certify makes the authority and all certificates, once.
func (s *Services) certify() error {
	if exists(s.path(Kafka, "ca.pem")) { // written last
		return nil
	}
	if err := os.MkdirAll(s.path(Kafka), 0o700); err != nil {
		return err
	}
	a, err := newAuthority()
	if err != nil {
		return err
	}
	for name, file := range map[string]string{self: "node.pem", Admin: Admin + ".pem", Hub: Hub + ".pem"} {
		if err := a.issue(name, s.path(Kafka, file)); err != nil {
			return fmt.Errorf("certificate of %s: %w", name, err)
		}
	}
	return replace(s.path(Kafka, "ca.pem"), a.pem)
}

// scram are the users for the format of a secure broker.
func (s *Services) scram() ([]string, error) {
	c, err := s.KafkaSecurity()
	if err != nil {
		return nil, err
	}
	var args []string
	for _, user := range []string{Admin, Hub} {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, user, c.Passwords[user]))
		}
	}
	return args, nil
}

// secured are the properties of a secure broker, which is alone.
func (s *Services) secured(me node) ([]string, error) {
	if err := s.certify(); err != nil {
		return nil, err
	}
	c, err := s.KafkaSecurity()
	if err != nil {
		return nil, err
	}
	return append(me.common([]node{me}), me.secure(c, s.path(Kafka, "node.pem"))...), nil
}

// secure are the properties that make a broker secure.
func (n node) secure(c Security, keys string) []string {
	scram := "org.apache.kafka.common.security.scram.ScramLoginModule required;"
	plain := fmt.Sprintf(`org.apache.kafka.common.security.plain.PlainLoginModule required user_admin="%s" user_hub="%s";`,
		c.Passwords[Admin], c.Passwords[Hub])
	return []string{
		"listeners=SASL_SSL://" + n.Address + ",SSL://" + n.MTLS + ",CONTROLLER://" + n.Controller,
		"advertised.listeners=SASL_SSL://" + n.Address + ",SSL://" + n.MTLS + ",CONTROLLER://" + n.Controller,
		"listener.security.protocol.map=CONTROLLER:SSL,SSL:SSL,SASL_SSL:SASL_SSL",
		"inter.broker.listener.name=SSL",
		"sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN",
		"listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=" + scram,
		"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=" + scram,
		"listener.name.sasl_ssl.plain.sasl.jaas.config=" + plain,
		"ssl.keystore.type=PEM",
		"ssl.keystore.location=" + keys,
		"ssl.truststore.type=PEM",
		"ssl.truststore.location=" + c.CA,
		"listener.name.ssl.ssl.client.auth=required",
		"listener.name.controller.ssl.client.auth=required",
		"ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT",
		"authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"allow.everyone.if.no.acl.found=false",
		"super.users=User:" + Admin + ";User:" + self,
	}
}
