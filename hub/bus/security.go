package bus

import "github.com/IBM/sarama"

// secure adds the credentials and the certificates.
func (c *Config) secure(k *sarama.Config) error {
	return nil
}
