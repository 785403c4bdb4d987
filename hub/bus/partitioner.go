package bus

import "github.com/IBM/sarama"

// partitioner sends a message where it says, else where murmur2 has its key, as Java's
// clients do.
type partitioner struct{ keyed sarama.Partitioner }

// fixed is the metadata of a producer's message that says where it goes.
type fixed int32

var _ sarama.DynamicConsistencyPartitioner = partitioner{}

func newPartitioner(topic string) sarama.Partitioner {
	return partitioner{sarama.NewMurmur2Partitioner(topic)}
}

// Partition is sarama.Partitioner's.
func (p partitioner) Partition(m *sarama.ProducerMessage, partitions int32) (int32, error) {
	if to, ok := m.Metadata.(fixed); ok {
		return int32(to), nil
	}
	return p.keyed.Partition(m, partitions)
}

// RequiresConsistency is sarama.Partitioner's.
func (partitioner) RequiresConsistency() bool { return true }

// MessageRequiresConsistency lets a message without a key go into any partition that
// takes it.
func (partitioner) MessageRequiresConsistency(m *sarama.ProducerMessage) bool {
	_, ok := m.Metadata.(fixed)
	return ok || m.Key != nil
}

// partition is the inbound partition that a message goes into.
func (k *Kafka) partition(m *Message) int32 {
	if m.Fixed {
		return m.Place.Partition
	}
	return k.PartitionOf(m.Key)
}
