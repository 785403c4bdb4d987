package bus

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/IBM/sarama"
)

// scanning is a way through a partition: batch after batch, so that it knows where it
// is also behind a transaction's marker and behind messages that were aborted, which
// no consumer is given.
type scanning struct {
	k         *Kafka
	topic     string
	partition int32
	next, end int64
	room      int32 // bytes to ask for
}

// A step asks for fetchRoom bytes, and for more where a batch is larger. After
// fetchTries failures the caller is told.
const (
	fetchRoom  = 512 << 10
	fetchMost  = 128 << 20
	fetchTries = 4
	fetchTime  = 250 * time.Millisecond // for a broker that has nothing to wait
)

// step visits what a broker gives at a time; more says whether there may be more.
func (s *scanning) step(ctx context.Context, visit func(*Message) bool) (more bool, err error) {
	block, err := s.fetch(ctx)
	if err != nil {
		return false, err
	}
	at, gone := s.next, aborted{left: slices.Clone(block.AbortedTransactions), of: map[int64]bool{}}
	slices.SortFunc(gone.left, func(a, b *sarama.AbortedTransaction) int { return cmp.Compare(a.FirstOffset, b.FirstOffset) })
	for _, r := range block.RecordsSet {
		if r.RecordBatch == nil || r.RecordBatch.PartialTrailingRecord {
			continue // the end of what had room
		}
		if !s.batch(r.RecordBatch, &gone, visit) {
			return false, nil
		}
	}
	switch {
	case s.next > at:
		s.room = fetchRoom
		return true, nil
	case s.next >= block.LastStableOffset:
		return false, nil
	case s.room == fetchMost:
		return false, sarama.ErrMessageTooLarge
	}
	s.room = min(2*s.room, fetchMost)
	return true, nil
}

// batch visits the messages of a batch, unless it is none of the scan's; false at the
// end of the scan.
func (s *scanning) batch(b *sarama.RecordBatch, gone *aborted, visit func(*Message) bool) bool {
	skip := gone.has(b)
	for _, r := range b.Records {
		offset := b.FirstOffset + r.OffsetDelta
		if offset < s.next || skip {
			continue
		}
		if offset >= s.end {
			return false
		}
		m := incoming(consumed(s.topic, s.partition, b, r))
		if !visit(&m) {
			return false
		}
	}
	s.next = max(s.next, b.LastOffset()+1)
	return s.next < s.end
}

// consumed is a record as a consumer is given it.
func consumed(topic string, partition int32, b *sarama.RecordBatch, r *sarama.Record) *sarama.ConsumerMessage {
	at := b.FirstTimestamp.Add(r.TimestampDelta)
	if b.LogAppendTime {
		at = b.MaxTimestamp
	}
	return &sarama.ConsumerMessage{Topic: topic, Partition: partition, Offset: b.FirstOffset + r.OffsetDelta, Key: r.Key, Value: r.Value, Headers: r.Headers, Timestamp: at}
}

// aborted are the transactions among some batches that were given up.
type aborted struct {
	left []*sarama.AbortedTransaction // that begin behind the batch, in order
	of   map[int64]bool               // the producers that are amid one
}

// has reports whether a batch, the next one, is no message's: a marker, or part of
// what was given up.
func (a *aborted) has(b *sarama.RecordBatch) bool {
	for len(a.left) > 0 && a.left[0].FirstOffset <= b.LastOffset() {
		a.of[a.left[0].ProducerID] = true
		a.left = a.left[1:]
	}
	if b.Control {
		if abort(b) {
			delete(a.of, b.ProducerID)
		}
		return true
	}
	return b.IsTransactional && a.of[b.ProducerID]
}

// abort reports whether a marker says that a transaction was given up: its key is a
// version and a type, of two bytes each.
func abort(b *sarama.RecordBatch) bool {
	return len(b.Records) > 0 && len(b.Records[0].Key) >= 4 && binary.BigEndian.Uint16(b.Records[0].Key[2:]) == 0
}

// fetch asks the partition's leader, no longer than ctx allows.
func (s *scanning) fetch(ctx context.Context) (*sarama.FetchResponseBlock, error) {
	type answer struct {
		block *sarama.FetchResponseBlock
		err   error
	}
	done := make(chan answer, 1)
	q := s.question()
	go func() {
		block, err := s.k.askLeader(q, s.topic, s.partition)
		done <- answer{block, err}
	}()
	select {
	case a := <-done:
		return a.block, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// question asks for messages from s.next on.
func (s *scanning) question() *sarama.FetchRequest {
	q := &sarama.FetchRequest{
		Version: 11, Isolation: sarama.ReadCommitted, MinBytes: 1, MaxBytes: sarama.MaxResponseSize,
		MaxWaitTime: int32(fetchTime.Milliseconds()), SessionEpoch: -1,
	}
	q.AddBlock(s.topic, s.partition, s.next, s.room, -1)
	return q
}

func (k *Kafka) askLeader(q *sarama.FetchRequest, topic string, partition int32) (*sarama.FetchResponseBlock, error) {
	leader, err := k.client.Leader(topic, partition)
	if err != nil {
		return nil, err
	}
	got, err := leader.Fetch(q)
	if err != nil {
		_ = leader.Close() // the next one connects anew
		return nil, err
	}
	block := got.GetBlock(topic, partition)
	switch {
	case block == nil:
		return nil, sarama.ErrIncompleteResponse
	case block.Err != sarama.ErrNoError:
		return nil, block.Err
	}
	return block, nil
}
