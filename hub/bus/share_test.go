package bus

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/IBM/sarama"
)

// addPartitions has the inbound topic have so many.
func addPartitions(t *testing.T, cfg Config, n int32) {
	t.Helper()
	if err := administrator(t, cfg).CreatePartitions(cfg.Inbound(), n, nil, false); err != nil {
		t.Fatal(err)
	}
}

// TestPartitionsAdded: where partitions are added while nodes work, all of them share
// out the messages and the links by the new number, none of which has two pollers at any
// time, and what is published goes on being taken.
func TestPartitionsAdded(t *testing.T) {
	_, cfg := cluster(t)
	s := newStore()
	nodes := []*Kafka{opened(t, cfg), opened(t, cfg)}
	for _, k := range nodes {
		k.renews = 10 * time.Millisecond
		read(t, k, s)
	}
	shared := func(n int) func() bool {
		return func() bool { return s.of == int32(n) && s.owners(n) && s.polls() }
	}
	s.wait(t, "four are shared out", shared(4))
	publish(t, nodes[0], batch(20, 10)...)
	addPartitions(t, cfg, 6)
	s.wait(t, "six are shared out", shared(6))
	for _, k := range nodes {
		publish(t, k, batch(20, 20)[200:]...)
	}
	s.wait(t, "all", func() bool { return s.count() == 600 })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clashes {
		t.Error(c)
	}
	for _, k := range nodes {
		if n := k.Inbound().Partitions; n != 6 {
			t.Errorf("a node knows of %d partitions", n)
		}
	}
}

// TestCountShares: what the group tells counts once every member has its share, and
// this one is among them.
func TestCountShares(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	s := newStore()
	read(t, k, s)
	s.wait(t, "it reads", func() bool { return s.owners(4) })
	coordinator, err := k.client.Coordinator(k.cfg.Group())
	if err != nil {
		t.Fatal(err)
	}
	got, err := coordinator.DescribeGroups(&sarama.DescribeGroupsRequest{Version: 5, Groups: []string{k.cfg.Group()}})
	if err != nil {
		t.Fatal(err)
	}
	member := slices.Collect(maps.Keys(got.Groups[0].Members))[0]
	for name, c := range map[string]struct {
		member, state string
		known, want   int32
	}{
		"all have theirs":                    {member, "Stable", 4, 4},
		"it is shared out anew":              {member, "CompletingRebalance", 4, 0},
		"this node is none of them":          {"somebody", "Stable", 4, 0},
		"this node does not know of all yet": {member, "Stable", 3, 0},
	} {
		got.Groups[0].State = c.state
		k.since.Store(&Topic{Name: k.inbound.Name, ID: k.inbound.ID, Partitions: c.known})
		if of, err := k.countShares(got.Groups[0], c.member); of != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%s: %d, %v", name, of, err)
		}
	}
}

// TestFixed: a message that says where it goes lies there, whatever its key.
func TestFixed(t *testing.T) {
	_, cfg := cluster(t)
	k := opened(t, cfg)
	for p := range int32(4) {
		m := letter("pos/1", 0)
		m.Fixed, m.Place.Partition = true, p
		if at := publish(t, k, m); at[0].Partition != p {
			t.Errorf("for %d: at %v", p, at)
		}
	}
}
