package bus

import (
	"context"
	"fmt"

	"github.com/IBM/sarama"
)

// Topic is a topic as the cluster has it.
type Topic struct {
	Name       string
	ID         string // of the cluster and of the topic: another one with this name has another
	Partitions int32
}

// TopicOf asks the cluster about a topic, another broker where one does not answer.
func TopicOf(ctx context.Context, client sarama.Client, name string) (t Topic, err error) {
	for n := 1; ; n++ {
		if t, err = topicOf(client, name); err == nil || n == asks || !pause(ctx, retryEvery) {
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
	if len(got.Topics) != 1 || got.Topics[0].Err != sarama.ErrNoError || got.ClusterID == nil {
		return t, fmt.Errorf("bus: the cluster does not tell of the topic %s", name)
	}
	t.ID, t.Partitions = *got.ClusterID+"/"+got.Topics[0].Uuid.String(), int32(len(got.Topics[0].Partitions))
	return t, nil
}
