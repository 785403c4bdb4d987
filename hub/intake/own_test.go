package intake

import (
	"context"
	"log/slog"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// placed is a journal that has read so much of the topic, and knows one place.
type placed struct {
	known
	at   *journal.Position
	down bool
}

func (p placed) Offset(ctx context.Context, topic string, partition int32) (int64, error) {
	if p.down {
		return 0, journal.ErrUnavailable
	}
	return p.known.Offset(ctx, topic, partition)
}

func (p placed) Position(context.Context, string, string) (journal.Position, error) {
	if p.at == nil {
		return journal.Position{}, journal.ErrNotFound
	}
	return *p.at, nil
}

// TestPlaces: whoever polls a link by another number of partitions goes on from the
// newest place, in whichever of them it lies and however far the journal has read; what a
// former poller told later counts for nothing.
func TestPlaces(t *testing.T) {
	const was, is = 4, 6
	before, now := bus.Epoch(was, 0), bus.Epoch(is, 0)
	type told struct {
		at    string
		epoch int64
		of    int32 // partitions, as its poller knew them
	}
	for name, c := range map[string]struct {
		told []told
		next map[bool]int64 // how far the journal has read: of the own partition, and of the former one
		at   *journal.Position
		down bool
		want sdk.Cursor
	}{
		"nothing is known":               {},
		"in the former partition":        {told: []told{{"1", before + 1, was}, {"2", before + 1, was}}, want: "2"},
		"of a version before":            {told: []told{{"1", 3, was}, {"2", 3, is}}, want: "2"},
		"in both":                        {told: []told{{"1", before + 9, was}, {"2", now + 3, is}}, want: "2"},
		"of a node that polled on":       {told: []told{{"2", now + 3, is}, {"1", before + 9, was}}, want: "2"},
		"while the journal is down":      {told: []told{{"1", before + 1, was}}, down: true, want: "1"},
		"the journal has read the topic": {told: []told{{"1", before + 1, was}}, next: map[bool]int64{false: 1}, at: &journal.Position{At: "1", Epoch: before + 1}, want: "1"},
		"the journal is behind":          {told: []told{{"1", before + 1, was}, {"2", before + 1, was}}, next: map[bool]int64{false: 1}, at: &journal.Position{At: "1", Epoch: before + 1}, want: "2"},
		"only the journal knows":         {at: &journal.Position{At: "5", Epoch: before + 1}, want: "5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := New(Config{Bus: busOfMany(t, is), Links: []*link.Link{linkOf(t, "pos")}, Log: slog.New(slog.DiscardHandler)})
			own, former := bus.PartitionIn("pos", is), bus.PartitionIn("pos", was)
			if former == own {
				t.Fatal("the link keeps its partition")
			}
			topic := in.cfg.Bus.Inbound()
			for _, one := range c.told {
				m := in.cursorRecord(&journal.Position{Link: "pos", Feed: appealsFeed, At: sdk.Cursor(one.at), Epoch: one.epoch})
				m.Fixed, m.Place.Partition = true, bus.PartitionIn("pos", one.of)
				if _, err := in.cfg.Bus.Publish(t.Context(), topic.Name, m); err != nil {
					t.Fatal(err)
				}
			}
			if c.at != nil {
				c.at.Link, c.at.Feed, c.at.Topic = "pos", appealsFeed, topic.ID
			}
			in.cfg.Journal = placed{known{next: map[int32]int64{own: c.next[true], former: c.next[false]}}, c.at, c.down}
			f, ok := (&drain{in}).places(t.Context(), own, is, in.cfg.Links)
			if got := f.at[feedKey{"pos", appealsFeed}].At; !ok || got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestCursorStays: a poller's place goes into its own partition, also where its link's
// name has another one by now; one whose epoch somebody made up goes by its key.
func TestCursorStays(t *testing.T) {
	in := New(Config{Bus: busOfMany(t, 6), Links: []*link.Link{linkOf(t, "pos")}, Log: slog.New(slog.DiscardHandler)})
	for epoch, want := range map[int64]int32{
		7:                 bus.PartitionIn("pos", 6),
		bus.Epoch(4, 1):   bus.PartitionIn("pos", 4),
		bus.Epoch(6, 1):   bus.PartitionIn("pos", 6),
		bus.Epoch(999, 1): bus.PartitionIn("pos", 6),
	} {
		places, err := in.publish(t.Context(), []bus.Message{in.cursorRecord(&journal.Position{Link: "pos", Feed: appealsFeed, At: "1", Epoch: epoch})})
		if err != nil || places[0].Partition != want {
			t.Errorf("epoch %d: at %v, want partition %d, %v", epoch, places, want, err)
		}
	}
}

// busOfMany is a bus whose topics have so many partitions.
func busOfMany(t *testing.T, partitions int32) *bus.Kafka {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	k, err := bus.Open(t.Context(), bus.Config{Brokers: c.ListenAddrs(), Partitions: partitions, Replication: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// linkOf is a link that is read of.
func linkOf(t *testing.T, name string) *link.Link {
	t.Helper()
	spec := sdk.Spec{Name: "test", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return &office{}, nil }}
	l, err := link.Open(t.Context(), link.Config{Name: name, Connector: "test"}, spec, link.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
