package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func publish(t *testing.T, k *Kafka, all ...Message) []Place {
	t.Helper()
	inbound, _, _ := k.Topics()
	places, err := k.Publish(t.Context(), inbound, all...)
	if err != nil {
		t.Fatal(err)
	}
	return places
}

// TestReadPlace: reading goes on where the handler says, be it before or behind
// what the group has committed.
func TestReadPlace(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	publish(t, k, batch(1, 10)...)
	first := newStore()
	stop := read(t, k, first)
	first.wait(t, "all ten", func() bool { return first.count() == 10 })
	stop()
	p := k.PartitionOf("pos/0")
	for _, place := range []int64{3, 10} {
		s := newStore()
		s.next[p] = place
		stop := read(t, k, s)
		if place == 10 {
			publish(t, k, letter("pos/0", 10))
		}
		s.wait(t, "the rest", func() bool { return s.next[p] >= 10 && s.count() > 0 })
		stop()
		if s.firstOf[p] != place {
			t.Errorf("place %d: the first taken is %d", place, s.firstOf[p])
		}
	}
}

// TestReadEndsWithoutBrokers: a node ends well though it can't tell the brokers.
func TestReadEndsWithoutBrokers(t *testing.T) {
	c, cfg := cluster(t)
	k := opened(t, cfg)
	publish(t, k, batch(1, 1)...)
	s := newStore()
	stop := read(t, k, s)
	s.wait(t, "it reads", func() bool { return s.count() == 1 })
	c.Close()
	stop() // tells what Read returns
}

// TestReadUnknown: while nobody can tell the place nothing is taken, but the
// partition is owned; once it is known reading begins there.
func TestReadUnknown(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	publish(t, k, batch(8, 5)...)
	s := newStore()
	s.unknown = true
	read(t, k, s)
	s.wait(t, "all owned", func() bool { return len(s.owned) == 4 && s.owned[0]+s.owned[1]+s.owned[2]+s.owned[3] == 4 })
	s.mu.Lock()
	if s.count() > 0 {
		t.Errorf("%d were taken", s.count())
	}
	s.unknown = false
	s.mu.Unlock()
	s.wait(t, "all", func() bool { return s.count() == 40 })
	s.judge(t, 8, 5)
}

// TestReadTogether: nodes come and go while messages flow; each is taken in its
// order, none passed over, and no partition has two owners.
func TestReadTogether(t *testing.T) {
	_, cfg := cluster(t)
	one, two := opened(t, cfg), opened(t, cfg)
	s := newStore()
	stopOne := read(t, one, s)
	all := batch(20, 30)
	publish(t, one, all[:200]...)
	s.wait(t, "the first third", func() bool { return s.count() == 200 })
	stopTwo := read(t, two, s)
	publish(t, one, all[200:400]...)
	s.wait(t, "the second third", func() bool { return s.count() == 400 })
	stopOne()
	publish(t, two, all[400:]...)
	s.wait(t, "the last third", func() bool { return s.count() == 600 })
	stopTwo()
	s.judge(t, 20, 30)
}

// TestReadFaults: what goes wrong on the way is gone through, with nothing passed
// over.
func TestReadFaults(t *testing.T) {
	for name, hurt := range map[string]func(c *kfake.Cluster){
		"coordinator moves": func(c *kfake.Cluster) { c.RehashCoordinators() },
		"leaders move":      func(c *kfake.Cluster) { c.ShufflePartitionLeaders() },
		"a rebalance while a batch is taken": func(c *kfake.Cluster) {
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, TopLevel: true, Err: kerr.RebalanceInProgress, Count: 2})
		},
		"the membership is lost": func(c *kfake.Cluster) {
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, TopLevel: true, Err: kerr.UnknownMemberID})
		},
		"fetches are cut": func(c *kfake.Cluster) {
			for range 3 {
				c.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
			}
		},
		"a fetch is corrupt": func(c *kfake.Cluster) {
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.CorruptMessage, Count: 2})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, cfg := cluster(t)
			k := opened(t, cfg)
			s := newStore()
			hurting := make(chan struct{})
			var once atomic.Bool
			s.blockFor = func(int32) {
				if once.CompareAndSwap(false, true) {
					<-hurting
				}
			}
			read(t, k, s)
			all := batch(10, 20)
			publish(t, k, all[:100]...)
			hurt(c)
			close(hurting)
			publish(t, k, all[100:]...)
			s.wait(t, "all", func() bool { return s.count() == len(all) })
			s.judge(t, 10, 20)
		})
	}
}

// TestScan: a partition is read from a place to its present end.
func TestScan(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	publish(t, k, batch(1, 9)...)
	p := k.PartitionOf("pos/0")
	for from, want := range map[int64][]string{
		-1: {"pos/0-0", "pos/0-1", "pos/0-2", "pos/0-3", "pos/0-4", "pos/0-5", "pos/0-6", "pos/0-7", "pos/0-8"},
		7:  {"pos/0-7", "pos/0-8"},
		9:  nil,
	} {
		var got []string
		if err := k.Scan(t.Context(), p, from, func(m *Message) { got = append(got, string(m.Value)) }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("from %d: %s", from, d)
		}
	}
}

// transactions is a producer in another language: it sends in transactions.
func transactions(t *testing.T, cfg Config, id string) *kgo.Client {
	t.Helper()
	p, err := kgo.NewClient(kgo.SeedBrokers(cfg.Brokers...), kgo.TransactionalID(id), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// begun sends values in a transaction that stays open.
func begun(t *testing.T, p *kgo.Client, cfg Config, values ...string) {
	t.Helper()
	if err := p.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := p.ProduceSync(t.Context(), &kgo.Record{Topic: cfg.Inbound(), Key: []byte("pos/1"), Value: []byte(v)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

func ended(t *testing.T, p *kgo.Client, how kgo.TransactionEndTry) {
	t.Helper()
	if err := p.EndTransaction(t.Context(), how); err != nil {
		t.Fatal(err)
	}
}

// TestTransactions: what a producer has taken back is not read, neither by the
// journal nor by a scan, which ends also where the last offset is a transaction's
// marker, and before a transaction that is open.
func TestTransactions(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	p := transactions(t, cfg, "a")
	scanned := func(from int64, want string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var got []string
		if err := k.Scan(ctx, 0, from, func(m *Message) { got = append(got, string(m.Value)+"@"+m.Place.String()) }); err != nil || strings.Join(got, " ") != want {
			t.Errorf("from %d: %v, %v", from, got, err)
		}
	}
	begun(t, p, cfg, "aborted", "too")
	ended(t, p, kgo.TryAbort)
	scanned(-1, "")
	begun(t, p, cfg, "committed", "as well")
	ended(t, p, kgo.TryCommit)
	scanned(-1, "committed@0-3 as well@0-4")
	scanned(4, "as well@0-4")
	scanned(5, "")
	begun(t, p, cfg, "open")
	other := transactions(t, cfg, "b")
	begun(t, other, cfg, "beside it")
	ended(t, other, kgo.TryCommit)
	scanned(-1, "committed@0-3 as well@0-4")
	ended(t, p, kgo.TryAbort)
	scanned(-1, "committed@0-3 as well@0-4 beside it@0-7")
	s := newStore()
	read(t, k, s)
	s.wait(t, "all", func() bool { return s.count() == 3 })
	if got := strings.Join(s.taken["pos/1"], " "); got != "committed as well beside it" {
		t.Errorf("the journal has %s", got)
	}
}

// TestScanLarge: a message that is larger than what is asked for at a time is read.
func TestScanLarge(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	large := letter("pos/0", 1)
	large.Value = make([]byte, 3<<20)
	publish(t, k, letter("pos/0", 0), large, letter("pos/0", 2))
	var sizes []int
	if err := k.Scan(t.Context(), k.PartitionOf("pos/0"), -1, func(m *Message) { sizes = append(sizes, len(m.Value)) }); err != nil || fmt.Sprint(sizes) != "[7 3145728 7]" {
		t.Errorf("got %v, %v", sizes, err)
	}
}

// TestScanFaults: a leader that has moved is found; brokers that are away are told as
// such, within the caller's time.
func TestScanFaults(t *testing.T) {
	c, cfg := cluster(t)
	k := opened(t, cfg)
	publish(t, k, letter("pos/0", 0))
	p := k.PartitionOf("pos/0")
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: 2})
	n := 0
	if err := k.Scan(t.Context(), p, -1, func(*Message) { n++ }); err != nil || n != 1 {
		t.Errorf("the leader has moved: %d messages, %v", n, err)
	}
	c.Close()
	if err := k.Scan(t.Context(), p, -1, func(*Message) {}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no brokers: %v", err)
	}
	if err := k.Letters(t.Context(), nil, func(*Message) bool { return true }); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no brokers, dead letters: %v", err)
	}
}

// TestWatch: metrics tell how far the journal is behind and how many replicas are
// in sync.
func TestWatch(t *testing.T) {
	_, cfg := cluster(t)
	to := prometheus.NewRegistry()
	k, err := Open(t.Context(), cfg, to)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if n, err := testutil.GatherAndCount(to, "appealhub_bus_produce_errors_total"); err != nil || n != 3 {
		t.Errorf("errors are counted of %d topics before there are any: %v", n, err)
	}
	publish(t, k, batch(1, 10)...)
	s := newStore()
	gate := make(chan struct{})
	s.blockFor = func(int32) { <-gate }
	stop := read(t, k, s)
	defer stop()
	open := sync.OnceFunc(func() { close(gate) })
	defer open()
	s.wait(t, "all owned", func() bool { return s.owned[0]+s.owned[1]+s.owned[2]+s.owned[3] == 4 })
	sum := func(name string) float64 { return gauge(t, to, name) }
	if got := sum("appealhub_bus_isr"); got != 12 {
		t.Errorf("%v replicas in sync of 4 partitions on 3 brokers", got)
	}
	for end := time.Now().Add(20 * time.Second); sum("appealhub_bus_lag") != 10; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("behind: %v", sum("appealhub_bus_lag"))
		}
	}
	open()
	s.wait(t, "all", func() bool { return s.count() == 10 })
	for end := time.Now().Add(20 * time.Second); sum("appealhub_bus_lag") != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("behind: %v", sum("appealhub_bus_lag"))
		}
	}
}
