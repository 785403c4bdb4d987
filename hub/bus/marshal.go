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

// sending is the context of a watermill message that stands for one of ours: it is
// published as that is, and tells its caller what became of it.
type sending struct {
	context.Context
	own  *Message
	sent *sarama.ProducerMessage
}

// Marshal leaves what it made of one of our own messages in its context.
func (marshaler) Marshal(topic string, m *message.Message) (*sarama.ProducerMessage, error) {
	if s, ok := m.Context().(*sending); ok {
		s.sent = produced(topic, s.own)
		return s.sent, nil
	}
	own := Message{Key: m.Metadata[keyName], Value: m.Payload, Headers: make([]Header, 0, len(m.Metadata)+1)}
	own.Headers = append(own.Headers, Header{HeaderID, m.UUID})
	for name, value := range m.Metadata {
		if name != keyName {
			own.Headers = append(own.Headers, Header{name, value})
		}
	}
	return produced(topic, &own), nil
}

// made is a producer's message with what it refers to.
type made struct {
	sarama.ProducerMessage
	key   sarama.StringEncoder
	value sarama.ByteEncoder
}

// produced is m as the producer takes it. The headers share one piece of memory.
func produced(topic string, m *Message) *sarama.ProducerMessage {
	out := &made{key: sarama.StringEncoder(m.Key), value: m.Value}
	out.Topic, out.Value = topic, &out.value
	if m.Fixed {
		out.Metadata = fixed(m.Place.Partition)
	}
	if m.Key != "" {
		out.Key = &out.key
	}
	size := 0
	for _, h := range m.Headers {
		size += len(h.Name) + len(h.Value)
	}
	text := make([]byte, 0, size)
	piece := func(s string) []byte {
		at := len(text)
		text = append(text, s...)
		return text[at:len(text):len(text)]
	}
	out.Headers = make([]sarama.RecordHeader, len(m.Headers))
	for i, h := range m.Headers {
		out.Headers[i] = sarama.RecordHeader{Key: piece(h.Name), Value: piece(h.Value)}
	}
	return &out.ProducerMessage
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

// outgoing is the message that stands for s.own.
func (s *sending) outgoing() *message.Message {
	out := &message.Message{UUID: s.own.Get(HeaderID), Payload: s.own.Value}
	out.SetContext(s)
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
