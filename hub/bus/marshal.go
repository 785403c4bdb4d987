package bus

import (
	"context"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill/message"
)

// keyName is the metadata by which a watermill message carries its key.
const keyName = "_key"

// marshaler turns watermill's messages into Kafka's and back: metadata are the
// headers, the id is the event's.
type marshaler struct{}

type sentKey struct{}

// Marshal leaves the message where the context asks for it, so that the
// publisher's caller learns its place.
func (marshaler) Marshal(topic string, m *message.Message) (*sarama.ProducerMessage, error) {
	out := &sarama.ProducerMessage{Topic: topic, Value: sarama.ByteEncoder(m.Payload)}
	out.Headers = make([]sarama.RecordHeader, 0, len(m.Metadata)+1)
	out.Headers = append(out.Headers, sarama.RecordHeader{Key: []byte(HeaderID), Value: []byte(m.UUID)})
	for name, value := range m.Metadata {
		if name == keyName {
			out.Key = sarama.StringEncoder(value)
			continue
		}
		out.Headers = append(out.Headers, sarama.RecordHeader{Key: []byte(name), Value: []byte(value)})
	}
	if sent, ok := m.Context().Value(sentKey{}).(**sarama.ProducerMessage); ok {
		*sent = out
	}
	return out, nil
}

// Unmarshal takes every message: one that is no event of ours has no id.
func (marshaler) Unmarshal(in *sarama.ConsumerMessage) (*message.Message, error) {
	m := message.NewMessage("", in.Value)
	for _, h := range in.Headers {
		if string(h.Key) == HeaderID {
			m.UUID = string(h.Value)
			continue
		}
		m.Metadata.Set(string(h.Key), string(h.Value))
	}
	if in.Key != nil {
		m.Metadata.Set(keyName, string(in.Key))
	}
	return m, nil
}

// outgoing is m as watermill publishes it; its place is told to sent.
func outgoing(ctx context.Context, m *Message, sent **sarama.ProducerMessage) *message.Message {
	out := message.NewMessage("", m.Value)
	for _, h := range m.Headers {
		if h.Name == HeaderID {
			out.UUID = h.Value
			continue
		}
		out.Metadata[h.Name] = h.Value
	}
	if m.Key != "" {
		out.Metadata[keyName] = m.Key
	}
	out.SetContext(context.WithValue(ctx, sentKey{}, sent))
	return out
}

// incoming is a message as it was read.
func incoming(in *sarama.ConsumerMessage) Message {
	m := Message{Key: string(in.Key), Value: in.Value, At: in.Timestamp, Place: Place{in.Partition, in.Offset}}
	m.Headers = make([]Header, len(in.Headers))
	for i, h := range in.Headers {
		m.Headers[i] = Header{string(h.Key), string(h.Value)}
	}
	return m
}
