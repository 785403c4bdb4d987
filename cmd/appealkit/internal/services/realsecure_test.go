//go:build services

package services

import (
	"errors"
	"testing"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
)

func TestSecureBroker(t *testing.T) {
	s := start(t, Config{Secure: true, Only: []string{Kafka}})
	c, err := s.KafkaSecurity()
	must(t, err)
	admin, err := sarama.NewClusterAdmin(c.MTLSBrokers, withTLS(t, c, Admin))
	must(t, err)
	defer admin.Close()
	must(t, admin.CreateTopic("t", &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, false))

	ways := map[string]*sarama.Config{"mtls": withTLS(t, c, Hub)}
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		ways[mechanism] = withSASL(t, c, sarama.SASLMechanism(mechanism), c.Passwords[Hub])
	}
	for name, cfg := range ways {
		if err := send(s, c, name, cfg); !errors.Is(err, sarama.ErrTopicAuthorizationFailed) {
			t.Errorf("%s without an ACL: %v", name, err)
		}
	}
	must(t, admin.CreateACLs([]*sarama.ResourceAcls{{
		Resource: sarama.Resource{ResourceType: sarama.AclResourceTopic, ResourceName: "t", ResourcePatternType: sarama.AclPatternLiteral},
		Acls:     []*sarama.Acl{{Principal: "User:" + Hub, Host: "*", Operation: sarama.AclOperationWrite, PermissionType: sarama.AclPermissionAllow}},
	}}))
	for name, cfg := range ways {
		if err := send(s, c, name, cfg); err != nil {
			t.Errorf("%s with an ACL: %v", name, err)
		}
	}
	for name, cfg := range map[string]*sarama.Config{
		"a wrong password":             withSASL(t, c, sarama.SASLTypeSCRAMSHA512, "wrong"),
		"a client without certificate": withTLS(t, c, ""),
	} {
		if err := send(s, c, map[bool]string{true: "", false: "mtls"}[cfg.Net.SASL.Enable], cfg); err == nil {
			t.Errorf("%s was let in", name)
		}
	}
	must(t, s.Broker(1).Restart(t.Context()))
}

// send produces one message, on the listener that the way asks for.
func send(s *Services, c Security, way string, cfg *sarama.Config) error {
	brokers := s.KafkaBrokers()
	if way == "mtls" {
		brokers = c.MTLSBrokers
	}
	p, err := sarama.NewSyncProducer(brokers, cfg)
	if err != nil {
		return err
	}
	defer p.Close()
	_, _, err = p.SendMessage(&sarama.ProducerMessage{Topic: "t", Value: sarama.StringEncoder("x")})
	return err
}

func withTLS(t *testing.T, c Security, user string) *sarama.Config {
	t.Helper()
	cfg := clientConfig()
	cfg.Producer.Idempotent = false
	cfg.Producer.Retry.Max, cfg.Metadata.Retry.Max = 1, 1
	cfg.Net.TLS.Enable = true
	var err error
	cfg.Net.TLS.Config, err = c.TLS(user)
	must(t, err)
	return cfg
}

func withSASL(t *testing.T, c Security, mechanism sarama.SASLMechanism, password string) *sarama.Config {
	t.Helper()
	cfg := withTLS(t, c, "")
	cfg.Net.SASL.Enable, cfg.Net.SASL.Mechanism = true, mechanism
	cfg.Net.SASL.User, cfg.Net.SASL.Password = Hub, password
	hash := scram.SHA256
	if mechanism == sarama.SASLTypeSCRAMSHA512 {
		hash = scram.SHA512
	}
	cfg.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &scramClient{hash: hash} }
	return cfg
}

// scramClient is SCRAM as sarama asks for it.
type scramClient struct {
	hash scram.HashGeneratorFcn
	*scram.ClientConversation
}

func (c *scramClient) Begin(user, password, authzID string) error {
	client, err := c.hash.NewClient(user, password, authzID)
	if err == nil {
		c.ClientConversation = client.NewConversation()
	}
	return err
}
