package bus

import (
	"context"
	"fmt"
	"time"

	"github.com/IBM/sarama"
)

// Topic is a topic as the cluster has it.
type Topic struct {
	Name       string
	ID         string // of the cluster and of the topic: another one with this name has another
	Partitions int32
}

// topicTime is how long brokers may take until they tell of a topic that was just
// made: seconds, where they are busy.
const topicTime = 10 * time.Second

// TopicOf asks the cluster about a topic, another broker where one does not answer,
// and waits for one that was just made.
func TopicOf(ctx context.Context, client sarama.Client, name string) (t Topic, err error) {
	for end := time.Now().Add(topicTime); ; {
		if t, err = topicOf(client, name); err == nil || time.Now().After(end) || !pause(ctx, retryFirst) {
			return t, err
		}
	}
}

func topicOf(client sarama.Client, name string) (Topic, error) {
	t := Topic{Name: name}
	broker, err := anyBroker(client)
	if err != nil {
		return t, fmt.Errorf("bus: %w", err)
	}
	got, err := broker.GetMetadata(sarama.NewMetadataRequest(client.Config().Version, []string{name}))
	if err != nil {
		return t, fmt.Errorf("bus: %w", err)
	}
	if len(got.Topics) != 1 || got.ClusterID == nil {
		return t, fmt.Errorf("bus: the cluster does not tell of the topic %s", name)
	}
	if err := got.Topics[0].Err; err != sarama.ErrNoError {
		return t, fmt.Errorf("bus: topic %s: %w", name, err)
	}
	t.ID, t.Partitions = *got.ClusterID+"/"+got.Topics[0].Uuid.String(), int32(len(got.Topics[0].Partitions))
	return t, nil
}
