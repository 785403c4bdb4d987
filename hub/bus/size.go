package bus

import "encoding/binary"

// What the producer counts for a record, and for each of its headers, beside their
// bytes; and what a batch has before its records.
const (
	recordRoom = 5*binary.MaxVarintLen32 + binary.MaxVarintLen64 + 1
	headerRoom = 2 * binary.MaxVarintLen32
	batchRoom  = 61
)

// size is what m takes of a topic at most: key, headers, value and what is around
// them.
func (m *Message) size() int {
	n := batchRoom + recordRoom + len(m.Key) + len(m.Value)
	for i := range m.Headers {
		n += headerRoom + len(m.Headers[i].Name) + len(m.Headers[i].Value)
	}
	return n
}

// Fits reports whether m is no larger than the topics take, as the brokers last told.
func (k *Kafka) Fits(m *Message) bool {
	fits := m.size() <= k.senders.Load().most
	if !fits {
		k.larger(m)
	}
	return fits
}
