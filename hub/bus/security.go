package bus

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

func mechanisms() []string {
	return []string{sarama.SASLTypePlaintext, sarama.SASLTypeSCRAMSHA256, sarama.SASLTypeSCRAMSHA512}
}

// secure adds the credentials and the certificates.
func (c *Config) secure(k *sarama.Config) error {
	if c.SASL.Mechanism != "" {
		k.Net.SASL.Enable = true
		k.Net.SASL.Mechanism = sarama.SASLMechanism(c.SASL.Mechanism)
		k.Net.SASL.User, k.Net.SASL.Password = c.SASL.User, c.SASL.Password
		k.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &conversation{mechanism: c.SASL.Mechanism} }
	}
	if !c.TLS.On {
		return nil
	}
	settings, err := c.TLS.settings()
	k.Net.TLS.Enable, k.Net.TLS.Config = true, settings
	return err
}

// settings are TLS 1.2 and later, with the authority and the hub's own certificate
// that are named.
func (t TLS) settings() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, badFile("parameter ca", t.CA, err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, badFile("parameter ca", t.CA, errors.New("it holds no certificate in PEM form"))
		}
	}
	if t.Cert != "" {
		own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, badFile("parameters cert and key", t.Cert+", "+t.Key, err)
		}
		out.Certificates = []tls.Certificate{own}
	}
	return out, nil
}

// badFile is the fault of what a parameter names.
func badFile(parameter, path string, err error) *Fault {
	return &Fault{What: parameter + ": " + path + " can't be used", Remedy: "correct the path in bus, and give the hub's user the right to read the file", Err: err}
}

// conversation is one SCRAM exchange (RFC 5802).
type conversation struct {
	mechanism string
	scram     *scram.ClientConversation
}

// Begin starts the exchange.
func (c *conversation) Begin(user, password, authzID string) error {
	hash := scram.SHA512
	if c.mechanism == sarama.SASLTypeSCRAMSHA256 {
		hash = scram.SHA256
	}
	client, err := hash.NewClient(user, password, authzID)
	if err == nil {
		c.scram = client.NewConversation()
	}
	return err
}

// Step answers the broker.
func (c *conversation) Step(challenge string) (string, error) { return c.scram.Step(challenge) }

// Done reports whether the exchange is over.
func (c *conversation) Done() bool { return c.scram.Done() }
