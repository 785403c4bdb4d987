package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// picky is a journal that refuses some rows, and is down for a while.
type picky struct {
	journal.Journal
	refuses []string // ids of references, and feeds
	down    int      // so many calls
	calls   int
	kept    []string // ids in order; those kept as rejected with an exclamation mark
	next    int64
	cursors []journal.Position
}

func (p *picky) Append(_ context.Context, b journal.Batch) ([]journal.Result, error) {
	p.calls++
	if p.down > 0 {
		p.down--
		return nil, journal.ErrUnavailable
	}
	for _, e := range b.Entries {
		if e.Appeal != nil && slices.Contains(p.refuses, e.Appeal.Ref.ID) {
			return nil, fmt.Errorf("entry: %w", journal.ErrRefused)
		}
	}
	for _, at := range b.Cursors {
		if slices.Contains(p.refuses, at.Feed) {
			return nil, fmt.Errorf("position: %w", journal.ErrRefused)
		}
	}
	for _, e := range b.Entries {
		if e.Rejected != nil {
			p.kept = append(p.kept, e.Rejected.RefID+"!")
			continue
		}
		p.kept = append(p.kept, e.Appeal.Ref.ID)
	}
	if b.Offset != nil {
		p.next = b.Offset.Next
	}
	p.cursors = append(p.cursors, b.Cursors...)
	results := make([]journal.Result, len(b.Entries))
	for i := range results {
		results[i].Outcome = journal.Appended
	}
	return results, nil
}

func (p *picky) LinkState(context.Context, string) (journal.LinkState, error) {
	return journal.LinkState{}, nil
}

func (p *picky) SetLink(context.Context, string, string, time.Time, func(*journal.LinkState)) error {
	return nil
}

func drainOf(j journal.Journal) *drain {
	return &drain{New(Config{Journal: j, Bus: &bus.Kafka{}, Log: slog.New(slog.DiscardHandler)})}
}

func takes(n int) (out []take) {
	for i := range n {
		id := fmt.Sprint(i)
		out = append(out, take{
			message: &bus.Message{Key: "api/" + id, Value: []byte("{}"), Place: bus.Place{Offset: int64(i)}},
			entry:   &journal.Entry{Link: "api", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "api", ID: id}}},
		})
	}
	return out
}

// TestDrainHalves: rows that the database refuses are found by halves and kept as
// rejected; all others are kept, in order, and the place moves behind the last.
func TestDrainHalves(t *testing.T) {
	j := &picky{refuses: []string{"0", "123", "124", "299"}}
	all := takes(300)
	all = append(all, take{message: &bus.Message{Place: bus.Place{Offset: 300}}, cursor: &journal.Position{Link: "pos", Feed: "appeals", At: "7"}})
	if err := drainOf(j).append(t.Context(), 0, all); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 300 {
		id := fmt.Sprint(i)
		if slices.Contains(j.refuses, id) {
			id += "!"
		}
		want = append(want, id)
	}
	if d := cmp.Diff(strings.Join(want, " "), strings.Join(j.kept, " ")); d != "" {
		t.Error(d)
	}
	if j.next != 301 || len(j.cursors) != 1 {
		t.Errorf("next %d, cursors %v", j.next, j.cursors)
	}
	if j.calls > 100 {
		t.Errorf("it took %d transactions", j.calls)
	}
}

// TestDrainDown: an outage of the journal's leaves a line at its beginning and one at its
// end, and not one for each attempt.
func TestDrainDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		j := &picky{down: 50}
		d := drainOf(j)
		d.cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		if err := d.append(t.Context(), 0, takes(3)); err != nil || len(j.kept) != 3 {
			t.Errorf("kept %v, %v", j.kept, err)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 {
			t.Errorf("%d lines:\n%s", n, &log)
		}
	})
}

// TestDrainRefusedCursor: a position that the database refuses stops no partition: it
// is kept as rejected, and what lies behind it is read.
func TestDrainRefusedCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		j := &picky{refuses: []string{"a\x00"}}
		all := takes(3)
		all[1] = take{message: &bus.Message{Key: "pos", Place: bus.Place{Offset: 1}}, cursor: &journal.Position{Link: "pos", Feed: "a\x00", At: "7"}}
		if err := drainOf(j).append(ctx, 0, all); err != nil || strings.Join(j.kept, " ") != "0 pos! 2" || j.next != 3 || len(j.cursors) != 0 {
			t.Errorf("kept %v up to %d, positions %v, %v", j.kept, j.next, j.cursors, err)
		}
	})
}

// TestDrainPass: what is no message moves the place, and nothing else.
func TestDrainPass(t *testing.T) {
	j := &picky{}
	if err := drainOf(j).Pass(t.Context(), 0, 7); err != nil || j.next != 7 || len(j.kept) > 0 {
		t.Errorf("next %d, kept %v, %v", j.next, j.kept, err)
	}
	if err := drainOf(&picky{down: 1}).Pass(t.Context(), 0, 7); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("the journal is down: %v", err)
	}
}

// TestAppendHalves: so it is where a page is appended without a topic before it: each
// item has its result, and the position is kept with the last. A submission that is
// refused is its caller's error.
func TestAppendHalves(t *testing.T) {
	j := &picky{refuses: []string{"0", "123", "299"}}
	in := New(Config{Journal: j, Log: slog.New(slog.DiscardHandler)})
	items := make([]item, 300)
	var want []string
	for i := range items {
		id := fmt.Sprint(i)
		items[i] = item{ack: id, entry: journal.Entry{Link: "pos", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: id}}}}
		if slices.Contains(j.refuses, id) {
			id += "!"
		}
		want = append(want, id)
	}
	results, err := in.append(t.Context(), items, &journal.Position{Link: "pos", Feed: "appeals", At: "7"})
	if err != nil || len(results) != 300 || len(j.cursors) != 1 {
		t.Errorf("%d results, cursors %v, %v", len(results), j.cursors, err)
	}
	if d := cmp.Diff(strings.Join(want, " "), strings.Join(j.kept, " ")); d != "" {
		t.Error(d)
	}
	items[0].entry.Once = true
	if _, err := in.append(t.Context(), items[:1], nil); !errors.Is(err, journal.ErrRefused) {
		t.Errorf("a submission: %v", err)
	}
}

// TestDrainWaits: a journal that is down is waited for, however long, and nothing
// is passed over; the end of the node ends the wait.
func TestDrainWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &picky{down: 40}
		begun := time.Now()
		if err := drainOf(j).append(t.Context(), 0, takes(3)); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begun); strings.Join(j.kept, " ") != "0 1 2" || d < time.Minute || d > 2*time.Minute {
			t.Errorf("kept %v after %v", j.kept, d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := drainOf(&picky{down: 1000}).append(ctx, 0, takes(1)); err == nil {
			t.Error("it went on without the journal")
		}
	})
}

// known is a journal that knows how far partitions are.
type known struct {
	journal.Journal
	journal.Buffered
	next map[int32]int64
}

func (k known) Offset(_ context.Context, _ string, p int32) (int64, error) {
	if next, ok := k.next[p]; ok {
		return next, nil
	}
	return 0, journal.ErrNotFound
}

// TestBacklog: states are read once what lay in the topic before is journalled, or was
// waited for long enough.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := known{next: map[int32]int64{0: 5, 1: 2}}
		d := drainOf(j)
		of := func() *backlog {
			return &backlog{drain: d, ends: map[int32]int64{0: 5, 1: 3, 2: 1}, until: d.cfg.Now().Add(backlogTime)}
		}
		b, late := of(), of()
		if b.read(t.Context()) {
			t.Error("two partitions are not read yet")
		}
		j.next[1] = 4
		if b.read(t.Context()) {
			t.Error("a partition is not known to the journal yet")
		}
		j.next[2] = 1
		if !b.read(t.Context()) || !(*backlog)(nil).read(t.Context()) {
			t.Error("all is read")
		}
		delete(j.next, 2)
		time.Sleep(backlogTime + time.Second)
		if !late.read(t.Context()) {
			t.Error("it waits for ever")
		}
	})
}

// TestFound: of cursors the one of the highest epoch counts, and in one epoch the
// last; one that came through another topic replaces all, and begins epochs of its own.
func TestFound(t *testing.T) {
	f := found{topic: "u", at: map[feedKey]journal.Position{}, epoch: map[string]int64{}}
	at := func(cursor sdk.Cursor, topic string, epoch int64, want sdk.Cursor) {
		t.Helper()
		f.add(journal.Position{Link: "pos", Feed: "appeals", At: cursor, Topic: topic, Epoch: epoch})
		if got := f.at[feedKey{"pos", "appeals"}].At; got != want {
			t.Errorf("after %s of epoch %d: %s, want %s", cursor, epoch, got, want)
		}
	}
	at("1", "t", 3, "1")
	at("2", "t", 3, "2")
	at("old", "t", 2, "2") // of a node that polled on after it had lost the partition
	at("3", "t", 4, "3")
	at("new", "u", 1, "new")
	if f.epoch["pos"] != 1 {
		t.Errorf("epoch %d", f.epoch["pos"])
	}
}

// TestRecent: what was sent lately is known, what the client wants to know its
// place of is not, and the memory is bounded.
func TestRecent(t *testing.T) {
	var r recent
	entry := func(version string) *journal.Entry {
		return &journal.Entry{Link: "pos", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}, Version: version}}
	}
	r.add(identity(entry("a")))
	if !r.has(identity(entry("a"))) || r.has(identity(entry("b"))) {
		t.Error("an item is known by reference and version")
	}
	once := entry("a")
	once.Once = true
	if r.add(identity(once)); r.has(identity(once)) {
		t.Error("a submission must be sent each time")
	}
	for n := range 3 * recentMost {
		r.add(identity(entry(fmt.Sprint(n))))
	}
	if n := len(r.now) + len(r.old); n > 2*recentMost {
		t.Errorf("%d are remembered", n)
	}
	if r.has(identity(entry("a"))) || !r.has(identity(entry(fmt.Sprint(3*recentMost-1)))) {
		t.Error("the oldest goes, the latest stays")
	}
	r.in("another topic")
	if r.has(identity(entry(fmt.Sprint(3*recentMost - 1)))) {
		t.Error("what another topic had is not in this one")
	}
}
