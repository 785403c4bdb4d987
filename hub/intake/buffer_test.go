package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// largest is what the tests' topic takes of a message.
const largest = 64 << 10

// busOf is a bus on a Kafka in this process.
func busOf(t *testing.T) *bus.Kafka {
	t.Helper()
	k, _ := busAt(t)
	return k
}

// busAt is one with the Kafka it is on.
func busAt(t *testing.T) (*bus.Kafka, *kfake.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	k, err := bus.Open(t.Context(), bus.Config{Brokers: c.ListenAddrs(), Partitions: 1, Replication: 1, MaxMessage: largest, Patience: time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k, c
}

// takesLess has the inbound topic take so many bytes of a message from now on.
func takesLess(t *testing.T, brokers []string, topic string, most int) {
	t.Helper()
	admin, err := sarama.NewClusterAdmin(brokers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	value := strconv.Itoa(most)
	if err := admin.AlterConfig(sarama.TopicResource, topic, map[string]*string{"max.message.bytes": &value}, false); err != nil {
		t.Fatal(err)
	}
}

// inTopic is what the topic has, in order of the texts: ids, and of a position its
// cursor.
func inTopic(t *testing.T, in *Intake) (ids []string) {
	t.Helper()
	d := &drain{in}
	err := in.cfg.Bus.Scan(t.Context(), 0, -1, func(m *bus.Message) {
		one, err := d.read(t.Context(), m)
		switch {
		case err != nil:
			t.Error(err)
		case one.cursor != nil:
			ids = append(ids, "at "+string(one.cursor.At))
		default:
			ids = append(ids, refOf(one.entry).ID)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

// office is a source with one page, the same until it is acknowledged.
type office struct {
	list  []sdk.Appeal
	acked []string
}

func (o *office) FetchAppeals(context.Context, sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	return sdk.Page[sdk.Appeal]{Items: append([]sdk.Appeal{}, o.list...), Next: "end"}, nil
}

func (o *office) Ack(_ context.Context, taken ...string) error {
	o.acked = append(o.acked, taken...)
	return nil
}

func (*office) Close() error { return nil }

// appealOf is an appeal with a text of so many bytes.
func appealOf(id string, size int) sdk.Appeal {
	return sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: id}, AckID: id, Version: "1", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Addressee: sdk.Addressee{Code: "rx"}, Text: strings.Repeat("x", size), Applicant: sdk.Applicant{Surname: "X"},
	}
}

func polling(t *testing.T, j journal.Journal, o *office, log *slog.Logger) *poller {
	t.Helper()
	spec := sdk.Spec{Name: "test", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return o, nil }}
	l, err := link.Open(t.Context(), link.Config{Name: "pos", Connector: "test", Poll: time.Second, Timeout: 5 * time.Second}, spec, link.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	in := New(Config{Journal: j, Bus: busOf(t), Links: []*link.Link{l}, Log: log})
	p := in.newPoller(in.sources["pos"], in.appeals(l))
	p.from = &journal.Position{Topic: in.cfg.Bus.Inbound().ID, Epoch: 1}
	return p
}

// TestPastTheTopic: of a page the item that is larger than the topic takes goes
// straight into the journal, and the log names it; the others go on. All are
// acknowledged.
func TestPastTheTopic(t *testing.T) {
	var log bytes.Buffer
	j, o := &picky{}, &office{list: []sdk.Appeal{appealOf("1", 9), appealOf("2", largest), appealOf("3", 9)}}
	p := polling(t, j, o, slog.New(slog.NewTextHandler(&log, nil)))
	if err := p.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	same := func(what string, want, got []string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
	same("acks", []string{"1", "2", "3"}, o.acked)
	same("the journal", []string{"2"}, j.kept)
	same("the topic", []string{"1", "3", "at end"}, inTopic(t, p.Intake))
	if !strings.Contains(log.String(), "ref=2") {
		t.Errorf("the log does not name it: %s", &log)
	}
}

// TestPastTheTopicLowered: so it is of a page with which the hub learns that the topic
// takes less than it did.
func TestPastTheTopicLowered(t *testing.T) {
	j, o := &picky{}, &office{list: []sdk.Appeal{appealOf("1", 9), appealOf("2", largest/2), appealOf("3", 9)}}
	p := polling(t, j, o, slog.New(slog.DiscardHandler))
	k, c := busAt(t)
	p.cfg.Bus, p.from.Topic = k, k.Inbound().ID
	takesLess(t, c.ListenAddrs(), k.Inbound().Name, largest/4)
	if err := p.sweep(t.Context()); err != nil {
		t.Error(err)
	}
	once := slices.Compact(inTopic(t, p.Intake)) // what was taken beside the large one goes twice
	if got := fmt.Sprint(o.acked, once, j.kept); got != "[1 2 3] [1 3 at end] [2]" {
		t.Errorf("got %s", got)
	}
}

// TestPastTheTopicLater: while the journal is down the others are acknowledged, and
// the position is not kept; the large one is tried again with the next sweep.
func TestPastTheTopicLater(t *testing.T) {
	j, o := &picky{down: 1}, &office{list: []sdk.Appeal{appealOf("1", largest), appealOf("2", 9)}}
	p := polling(t, j, o, slog.New(slog.DiscardHandler))
	if err := p.sweep(t.Context()); !errors.As(err, new(journalFault)) {
		t.Errorf("the journal is down: %v", err)
	}
	if got := fmt.Sprint(o.acked, inTopic(t, p.Intake), j.kept); got != "[2] [2] []" {
		t.Errorf("the journal is down: %s", got)
	}
	if err := p.sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(o.acked, inTopic(t, p.Intake), j.kept); got != "[2 1 2] [2 at end] [1]" {
		t.Errorf("the journal is back: %s", got)
	}
}

// TestSubmissionTooLarge: a submission that is larger than the topic takes is its
// caller's error.
func TestSubmissionTooLarge(t *testing.T) {
	j := &picky{}
	in := New(Config{Journal: j, Bus: busOf(t), Log: slog.New(slog.DiscardHandler)})
	if _, err := in.Submit(t.Context(), Submission{Appeal: appealOf("", largest)}); !errors.Is(err, bus.ErrTooLarge) || len(j.kept) > 0 {
		t.Errorf("%v, kept %v", err, j.kept)
	}
}
