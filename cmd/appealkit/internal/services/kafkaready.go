package services

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/IBM/sarama"
)

// ready asks the broker itself for metadata: it is ready once it lists itself,
// which it does when the controller has let it in.
func (k *kafkaKind) ready(ctx context.Context, rec record) error {
	address := rec.Address
	cfg := sarama.NewConfig()
	cfg.Version = sarama.V4_1_0_0
	cfg.Net.DialTimeout, cfg.Net.ReadTimeout = 2*time.Second, 2*time.Second
	if rec.MTLS != "" {
		address = rec.MTLS
		mutual, err := k.s.nodeTLS()
		if err != nil {
			return err
		}
		cfg.Net.TLS.Enable, cfg.Net.TLS.Config = true, mutual
	}
	if err := dialed(ctx, address); err != nil {
		return err
	}
	return listed(address, cfg)
}

func listed(address string, cfg *sarama.Config) error {
	broker := sarama.NewBroker(address)
	if err := broker.Open(cfg); err != nil {
		return err
	}
	defer broker.Close()
	answer, err := broker.GetMetadata(sarama.NewMetadataRequest(cfg.Version, nil))
	if err != nil {
		return err
	}
	for _, b := range answer.Brokers {
		if b.Addr() == address {
			return nil
		}
	}
	return fmt.Errorf("the broker at %s is not let in yet", address)
}

// dialed fails fast where nobody listens.
func dialed(ctx context.Context, address string) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}

// nodeTLS is a client's side with the node's own certificate.
func (s *Services) nodeTLS() (*tls.Config, error) {
	return clientTLS(s.path(Kafka, "ca.pem"), s.path(Kafka, "node.pem"), s.path(Kafka, "node.pem"))
}
