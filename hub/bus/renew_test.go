package bus

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// lockedLog is a log that is read while what wrote it goes on.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// ask has an administrator send a request.
func ask(t *testing.T, cfg Config, req kmsg.Request) kmsg.Response {
	t.Helper()
	admin, err := kgo.NewClient(kgo.SeedBrokers(cfg.Brokers...))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	got, err := admin.Request(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// deleteTopic deletes the inbound topic.
func deleteTopic(t *testing.T, cfg Config) {
	t.Helper()
	req, name := kmsg.NewPtrDeleteTopicsRequest(), cfg.Inbound()
	topic := kmsg.NewDeleteTopicsRequestTopic()
	topic.Topic = &name
	req.TopicNames, req.Topics, req.TimeoutMillis = []string{name}, append(req.Topics, topic), 5000
	got := ask(t, cfg, req).(*kmsg.DeleteTopicsResponse)
	if code := got.Topics[0].ErrorCode; code != 0 {
		t.Fatalf("delete: code %d", code)
	}
}

// deleteUpTo deletes what lies in an inbound partition before an offset.
func deleteUpTo(t *testing.T, cfg Config, partition int32, offset int64) {
	t.Helper()
	req, topic, one := kmsg.NewPtrDeleteRecordsRequest(), kmsg.NewDeleteRecordsRequestTopic(), kmsg.NewDeleteRecordsRequestTopicPartition()
	one.Partition, one.Offset = partition, offset
	topic.Topic, topic.Partitions = cfg.Inbound(), append(topic.Partitions, one)
	req.Topics, req.TimeoutMillis = append(req.Topics, topic), 5000
	got := ask(t, cfg, req).(*kmsg.DeleteRecordsResponse)
	if code := got.Topics[0].Partitions[0].ErrorCode; code != 0 {
		t.Fatalf("delete: code %d", code)
	}
}

// byTopic is a store whose places are those of one topic, as a journal's are.
type byTopic struct {
	*store
	kafka *Kafka
	id    string
}

func (s *byTopic) Place(ctx context.Context, p int32) (int64, bool) {
	s.mu.Lock()
	if id := s.kafka.Inbound().ID; id != s.id {
		s.id, s.next = id, map[int32]int64{}
	}
	s.mu.Unlock()
	return s.store.Place(ctx, p)
}

// TestTopicMadeAnew: a node that goes on while somebody deletes the inbound topic and
// makes it anew reads the new one from its beginning, under its own id.
func TestTopicMadeAnew(t *testing.T) {
	_, cfg := cluster(t)
	var log lockedLog
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	k := opened(t, cfg)
	k.renews = 10 * time.Millisecond
	s := &byTopic{store: newStore(), kafka: k}
	was := k.Inbound()
	publish(t, k, batch(1, 10)...)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Read(ctx, s) }()
	s.wait(t, "all of the first", func() bool { return s.count() == 10 })
	deleteTopic(t, cfg)
	publish(t, opened(t, cfg), batch(1, 20)[10:]...)
	s.wait(t, "all of the second", func() bool { return s.count() == 20 })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	s.judge(t, 1, 20)
	if is := k.Inbound(); is.ID == was.ID || is.Name != was.Name {
		t.Errorf("it was %v and is %v", was, is)
	}
	if n := strings.Count(log.String(), "another one than before"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &log)
	}
}

// TestRenewals: a topic that was made anew is found out though no read of it fails.
func TestRenewals(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	k.renews = time.Millisecond
	deleteTopic(t, cfg)
	ended := make(chan struct{})
	go k.renewals(t.Context(), func() { close(ended) })
	is := opened(t, cfg).Inbound()
	<-ended
	if got := k.Inbound(); got != is {
		t.Errorf("got %v, want %v", got, is)
	}
}

// TestReadDeleted: what the brokers have deleted before it was read is told, counted and
// passed over.
func TestReadDeleted(t *testing.T) {
	_, cfg := cluster(t)
	var log lockedLog
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	k := opened(t, cfg)
	publish(t, k, batch(1, 10)...)
	p := k.PartitionOf("pos/0")
	deleteUpTo(t, cfg, p, 7)
	s := newStore()
	s.next[p] = 3
	for range 2 { // once only
		stop := read(t, k, s)
		s.wait(t, "the rest", func() bool { return s.next[p] == 10 && s.owned[p] == 1 })
		stop()
	}
	if got := testutil.ToFloat64(k.metrics.lost); got != 4 || s.firstOf[p] != 7 || len(s.clashes) > 0 {
		t.Errorf("%v lost, the first taken is %d, %v", got, s.firstOf[p], s.clashes)
	}
	if n := strings.Count(log.String(), "from=3 to=6"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &log)
	}
}
