package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/IBM/sarama"
)

// EnsureTopics makes the topics that are missing.
func EnsureTopics(ctx context.Context, cfg Config) error {
	cfg.setDefaults()
	k, err := cfg.kafka()
	if err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(cfg.Brokers, k)
	if err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	defer admin.Close()
	for _, name := range []string{cfg.Inbound(), cfg.Events(), cfg.Dead()} {
		err := admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: cfg.Partitions, ReplicationFactor: cfg.Replication, ConfigEntries: cfg.settings()}, false)
		if err != nil && !errors.Is(err, sarama.ErrTopicAlreadyExists) {
			return fmt.Errorf("bus: topic %s: %w", name, err)
		}
	}
	return ctx.Err()
}

// settings are those of every topic.
func (c *Config) settings() map[string]*string {
	out := map[string]*string{}
	for name, value := range map[string]string{
		"min.insync.replicas": strconv.Itoa(int(c.MinISR)),
		"retention.ms":        strconv.FormatInt(c.Retention.Milliseconds(), 10),
		"max.message.bytes":   strconv.Itoa(c.MaxMessage),
		"cleanup.policy":      "delete",
	} {
		out[name] = &value
	}
	return out
}
