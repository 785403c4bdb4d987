package bus

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
)

// cluster is a Kafka on the wire, in this process.
func cluster(t testing.TB, opts ...kfake.Opt) (*kfake.Cluster, Config) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.GroupMinSessionTimeout(100 * time.Millisecond)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, Config{Brokers: c.ListenAddrs(), Partitions: 4, Replication: 3}
}

// opened is the bus on the cluster.
func opened(t testing.TB, cfg Config) *Kafka {
	t.Helper()
	if os.Getenv("BUS_LOG") != "" {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	k, err := Open(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

func letter(key string, n int) Message {
	id := fmt.Sprintf("%s-%d", key, n)
	return Message{Key: key, Value: []byte(id), Headers: CloudEvent(id, "urn:test", TypeAppeal, time.Now(), "text/plain", Header{HeaderLink, "pos"})}
}

// administrator changes topics.
func administrator(t *testing.T, cfg Config) sarama.ClusterAdmin {
	t.Helper()
	k, err := cfg.kafka()
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sarama.NewClusterAdmin(cfg.Brokers, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return admin
}

// store is a handler that keeps what it takes, and each partition's place, as a
// journal does.
type store struct {
	mu       sync.Mutex
	changed  *sync.Cond
	taken    map[string][]string // by key, in order
	next     map[int32]int64
	owned    map[int32]int  // how many own a partition
	polled   map[string]int // how many poll a link
	of       int32          // partitions, as the last owner has it
	clashes  []string
	unknown  bool // nobody can tell a place
	batches  int
	firstOf  map[int32]int64 // the first offset that was taken after an assignment
	blockFor func(partition int32)
}

func newStore() *store {
	s := &store{taken: map[string][]string{}, next: map[int32]int64{}, owned: map[int32]int{}, polled: map[string]int{}, firstOf: map[int32]int64{}}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *store) Place(_ context.Context, p int32) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, known := s.next[p]
	if !known {
		next = -1
	}
	return next, !s.unknown
}

func (s *store) Take(ctx context.Context, p int32, batch []Message) error {
	if s.blockFor != nil {
		s.blockFor(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.batches++
	if _, ok := s.firstOf[p]; !ok {
		s.firstOf[p] = batch[0].Place.Offset
	}
	for _, m := range batch {
		switch next := s.next[p]; {
		case m.Place.Offset > next && next > 0:
			s.clashes = append(s.clashes, fmt.Sprintf("partition %d: %d follows %d", p, m.Place.Offset, next))
			fallthrough
		case m.Place.Offset >= next:
			s.taken[m.Key] = append(s.taken[m.Key], string(m.Value))
			s.next[p] = m.Place.Offset + 1
		}
	}
	return nil
}

func (s *store) Pass(_ context.Context, p int32, next int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next[p] = max(s.next[p], next)
	s.changed.Broadcast()
	return nil
}

func (s *store) Own(ctx context.Context, p int32, epoch int64) {
	s.own(p, int32(PartitionsOf(epoch)), 1)
	<-ctx.Done()
	s.own(p, int32(PartitionsOf(epoch)), -1)
}

// links are some of whom each has one poller: who owns its partition.
var links = []string{"pos", "rx", "delo", "medo", "smev", "a", "b", "c", "d", "e"}

func (s *store) own(p, of int32, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	s.owned[p] += by
	if s.of = of; s.owned[p] > 1 {
		s.clashes = append(s.clashes, fmt.Sprintf("partition %d has two owners", p))
	}
	for _, l := range links {
		if PartitionIn(l, of) != p {
			continue
		}
		if s.polled[l] += by; s.polled[l] > 1 {
			s.clashes = append(s.clashes, l+" has two pollers")
		}
	}
}

// polls reports whether each of the links has one poller.
func (s *store) polls() bool {
	for _, l := range links {
		if s.polled[l] != 1 {
			return false
		}
	}
	return true
}

// owners reports whether each of n partitions has one.
func (s *store) owners(n int) bool {
	for p := range int32(n) {
		if s.owned[p] != 1 {
			return false
		}
	}
	return true
}

// wait waits until so is true of the store.
func (s *store) wait(t testing.TB, what string, so func() bool) {
	t.Helper()
	late := time.AfterFunc(30*time.Second, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer late.Stop()
	end := time.Now().Add(30 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !so() {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s; %d keys, places %v, owned %v", what, len(s.taken), s.next, s.owned)
		}
		s.changed.Wait()
	}
}

func (s *store) count() (n int) {
	for _, all := range s.taken {
		n += len(all)
	}
	return n
}

// judge says what is wrong with what was taken of keys, n messages each.
func (s *store) judge(t testing.TB, keys, n int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clashes {
		t.Error(c)
	}
	for k := range keys {
		key := fmt.Sprintf("pos/%d", k)
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("%s-%d", key, i))
		}
		if got := strings.Join(s.taken[key], " "); got != strings.Join(want, " ") {
			t.Errorf("%s: got %s", key, got)
		}
	}
}

// read has s read until the test's end or stop is called.
func read(t testing.TB, k *Kafka, s *store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- k.Read(ctx, s) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("read: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// batch are n messages of each of so many keys, interleaved.
func batch(keys, n int) []Message {
	var all []Message
	for i := range n {
		for k := range keys {
			all = append(all, letter(fmt.Sprintf("pos/%d", k), i))
		}
	}
	return all
}
