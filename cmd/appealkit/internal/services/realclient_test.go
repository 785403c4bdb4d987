//go:build services

package services

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/IBM/sarama"
)

func newTopic(t *testing.T, brokers []string, replicas int16) string {
	t.Helper()
	admin, err := sarama.NewClusterAdmin(brokers, clientConfig())
	must(t, err)
	defer admin.Close()
	must(t, admin.CreateTopic("t", &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: replicas}, false))
	return "t"
}

func clientConfig() *sarama.Config {
	cfg := sarama.NewConfig()
	cfg.Version = sarama.V4_1_0_0
	cfg.Producer.RequiredAcks, cfg.Producer.Idempotent, cfg.Net.MaxOpenRequests = sarama.WaitForAll, true, 1
	cfg.Producer.Return.Successes = true
	cfg.Producer.Retry.Max, cfg.Producer.Retry.Backoff = 300, 200*time.Millisecond
	cfg.Metadata.Retry.Max = 50
	cfg.Net.ReadTimeout = 5 * time.Second
	cfg.Producer.Timeout = 5 * time.Second
	return cfg
}

func produce(brokers []string, topic, text string) error {
	p, err := sarama.NewSyncProducer(brokers, clientConfig())
	if err != nil {
		return err
	}
	defer p.Close()
	_, _, err = p.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(text)})
	return err
}

// inSync waits until so many replicas of the topic's one partition are in sync.
func inSync(ctx context.Context, brokers []string, topic string, n int) error {
	c, err := sarama.NewClient(brokers, clientConfig())
	if err != nil {
		return err
	}
	defer c.Close()
	for end := time.Now().Add(time.Minute); ; {
		all, err := c.InSyncReplicas(topic, 0)
		if err == nil && len(all) >= n {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%v are in sync, %w", all, errors.Join(err, errors.New("too few")))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		_ = c.RefreshMetadata(topic) // its failure shows in what is asked next
	}
}

func consume(t *testing.T, brokers []string, topic string, n int) []string {
	t.Helper()
	c, err := sarama.NewConsumer(brokers, clientConfig())
	must(t, err)
	defer c.Close()
	part, err := c.ConsumePartition(topic, 0, sarama.OffsetOldest)
	must(t, err)
	defer part.Close()
	var texts []string
	for len(texts) < n {
		select {
		case m := <-part.Messages():
			texts = append(texts, string(m.Value))
		case <-t.Context().Done():
			return texts
		case <-time.After(30 * time.Second):
			return texts
		}
	}
	return texts
}
