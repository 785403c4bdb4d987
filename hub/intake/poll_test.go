package intake_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestPollTakesAndAcknowledges(t *testing.T) {
	p := &portal{size: 2, list: messages(5)}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		p.heard = func(id string) error {
			if _, err := w.journal.ByRef(context.Background(), sdk.Ref{Link: "pos", ID: strings.TrimPrefix(id, "ack-")}); err != nil {
				w.Errorf("%s was acknowledged before its commit: %v", id, err)
			}
			return nil
		}
		w.run()
		w.same("appeals", []string{"0004", "0003", "0002", "0001", "0000"}, w.appeals())
		w.same("acks", []string{"ack-0000", "ack-0001", "ack-0002", "ack-0003", "ack-0004"}, p.told())
		w.same("pages", 3, p.called("appeals"))
		w.pass(poll - time.Second)
		w.same("pages before the pause is over", 3, p.called("appeals"))
		w.pass(2 * time.Second)
		w.same("pages", 4, p.called("appeals"))
		w.counted(5, "appealhub_intake_items_total", "pos", "appended")
		w.counted(float64(time.Now().Add(-time.Second).Unix()), "appealhub_poll_success_timestamp_seconds", "appeals", "pos")
	})
}

// TestPollKeepsWhatIsBroken: nothing that a source serves keeps the next item
// from being taken, or comes again for ever.
func TestPollKeepsWhatIsBroken(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(a *sdk.Appeal)
		reason string
	}{
		"no applicant":       {func(a *sdk.Appeal) { a.Applicant = sdk.Applicant{} }, "/applicant"},
		"invalid UTF-8":      {func(a *sdk.Appeal) { a.Text = "\xd0" }, "/text is not valid UTF-8"},
		"U+0000":             {func(a *sdk.Appeal) { a.Applicant.Name = "\x00" }, "/applicant/name"},
		"another link's":     {func(a *sdk.Appeal) { a.Ref.Link = "rx" }, "/ref/link"},
		"no id":              {func(a *sdk.Appeal) { a.Ref.ID = "" }, "/ref/id"},
		"no reference":       {func(a *sdk.Appeal) { a.Ref = sdk.Ref{} }, "/ref is missing"},
		"an id that is none": {func(a *sdk.Appeal) { a.Ref.ID = "\x00\xff" + strings.Repeat("x", 300) }, "/ref/id"},
		"what JSON has not": {func(a *sdk.Appeal) {
			a.Place.Point, a.ReceivedAt = &sdk.Coordinates{Lat: math.NaN()}, time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
		}, "/place/point/lat"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := message("bad")
			c.spoil(&bad)
			p := &portal{size: 1, list: []sdk.Appeal{bad, message("good")}}
			inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
				w.run()
				w.pass(poll)
				w.same("appeals", []string{"good"}, w.appeals())
				w.same("acks", []string{"ack-bad", "ack-good"}, p.told())
				w.counted(1, "appealhub_intake_items_total", "pos", "rejected")
				kept, err := w.journal.Parked(w.Context(), journal.ParkedQuery{Reason: journal.ReasonUnparsable, Limit: 10})
				if err != nil || len(kept) != 1 || !strings.Contains(string(kept[0].Body), c.reason) {
					w.Errorf("kept %d, %v", len(kept), err)
				}
			})
		})
	}
}

func TestPollKeepsWhatCouldNotBeParsed(t *testing.T) {
	p := &portal{list: []sdk.Appeal{message("1")}, raw: []sdk.Raw{
		{AckID: "r1", RefID: "9", Body: []byte("{\xff\x00"), Reason: "content[0].id is no text"},
		{Body: []byte("<html>"), Reason: "not JSON"},
	}}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(3 * poll)
		w.same("appeals", []string{"1"}, w.appeals())
		w.same("kept", []string{"unparsable:9", "unparsable:"}, w.parked())
		w.same("acks", []string{"ack-1", "r1"}, p.told())
		w.counted(3, "appealhub_intake_items_total", "pos", "duplicate")
		if n := strings.Count(w.log.String(), "what came in is parked"); n != 2 {
			w.Errorf("parked is logged %d times:\n%s", n, &w.log)
		}
	})
}

// TestAckWaitsForFiles: also for those of a status change.
func TestAckWaitsForFiles(t *testing.T) {
	p := &portal{size: 10, list: []sdk.Appeal{message("1", "photo"), message("2")}}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(3 * poll)
		w.same("acks", []string{"ack-2"}, p.told())
		w.done(w.claimed("pos"), sdk.Receipt{})
		w.pass(poll)
		w.same("acks", []string{"ack-2", "ack-1"}, p.told())
		w.same("appeals", []string{"2", "1"}, w.appeals())
	})
}

// TestHurry: an item whose file never comes has its source asked early a few times, and
// then no more often than it was told; until something new comes.
func TestHurry(t *testing.T) {
	p := &portal{size: 10, list: []sdk.Appeal{message("1", "photo")}}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(poll)
		before := p.called("appeals")
		w.pass(20 * poll)
		w.same("sweeps within twenty polls", 20, p.called("appeals")-before)
		p.mu.Lock()
		p.list = append(p.list, message("2", "photo"))
		p.mu.Unlock()
		before = p.called("appeals")
		w.pass(2 * poll)
		if n := p.called("appeals") - before; n < 8 {
			w.Errorf("%d sweeps after another came", n)
		}
	})
}

// TestFilesAreTheHubsToStore: a source that claims to have stored a file does
// not keep the hub from fetching it.
func TestFilesAreTheHubsToStore(t *testing.T) {
	a := message("1", "photo")
	a.ID, a.Revision = "018f6a3e-0000-7000-8000-000000000000", 7
	a.Attachments[0].SHA256, a.Attachments[0].Size = strings.Repeat("cd", 32), 12
	inBubble(t, map[string]sdk.Connector{"pos": &portal{list: []sdk.Appeal{a}}}, func(w *world) {
		w.run()
		if d := w.claimed("pos"); d.Verb != journal.VerbFetch || d.Appeal == a.ID {
			w.Errorf("got %s of %s", d.Verb, d.Appeal)
		}
	})
}

// TestAckFails: what was held is neither lost nor taken twice; one ack that
// always fails holds up no other.
func TestAckFails(t *testing.T) {
	lost := sdk.Errorf(sdk.Transient, "mark accepted", "no route to host")
	for name, c := range map[string]struct {
		fail  func(call string, n int) error
		heard func(id string) error
		soon  []string // acknowledged in the first sweep
		late  []string // by the second
		calls int      // in the first sweep
	}{
		"the process ends before it": {
			fail: func(call string, n int) error {
				if call == "ack" && n <= 4 {
					return lost
				}
				return nil
			},
			late: []string{"ack-0000", "ack-0001", "ack-0002", "ack-0003"}, calls: 4,
		},
		"one is not known there": {
			heard: func(id string) error {
				if id == "ack-0000" {
					return sdk.Errorf(sdk.NotFound, "mark accepted", "no such item")
				}
				return nil
			},
			soon: []string{"ack-0001", "ack-0002", "ack-0003"}, late: []string{"ack-0001", "ack-0002", "ack-0003"}, calls: 5,
		},
		"one meets a fault of the system's": {
			heard: func(id string) error {
				if id == "ack-0001" {
					return lost
				}
				return nil
			},
			soon: []string{"ack-0000", "ack-0000", "ack-0002", "ack-0003"}, late: []string{"ack-0000", "ack-0000", "ack-0002", "ack-0003"}, calls: 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := &portal{size: 10, list: messages(4), heard: c.heard}
			p.fail = c.fail
			inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
				w.run()
				w.same("acks", c.soon, p.told())
				w.same("calls", c.calls, p.called("ack"))
				w.pass(poll)
				w.same("acks of the second sweep too", c.late, p.told())
				w.same("appeals", 4, len(w.appeals()))
				w.counted(4, "appealhub_intake_items_total", "pos", "appended")
			})
		})
	}
}

// TestCrashBeforeAck: another start acknowledges what this one only held.
func TestCrashBeforeAck(t *testing.T) {
	p := &portal{size: 2, list: messages(5)}
	p.fail = func(call string, _ int) error {
		if call == "ack" {
			return errors.New("the process is gone")
		}
		return nil
	}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.same("acks", []string(nil), p.told())
		p.breaks(nil)
		w.restart()
		w.same("acks", 5, len(p.told()))
		w.same("appeals", 5, len(w.appeals()))
		w.counted(0, "appealhub_intake_items_total", "pos", "appended")
	})
}

// TestPagesShift: what slips from one page to another while the list is read
// is taken all the same, once.
func TestPagesShift(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *portal)
		gone   int
	}{
		"others take items from the front": {func(p *portal) { p.list = p.list[3:] }, 0},
		"new ones come to the front":       {func(p *portal) { p.list = slices.Concat([]sdk.Appeal{message("new")}, p.list) }, 0},
		"the list is emptied":              {func(p *portal) { p.list = nil }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			p := &portal{size: 3, list: messages(9)}
			all := len(p.list)
			p.read = func(number int) {
				if number == 0 {
					c.change(p)
					p.read = nil
				}
			}
			inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
				w.run()
				w.pass(2 * poll)
				got := w.appeals()
				want := all - c.gone
				if slices.Contains(got, "new") {
					want++
				}
				if distinct := slices.Compact(slices.Sorted(slices.Values(got))); len(got) != want || len(distinct) != want {
					w.Errorf("got %v", got)
				}
				if acks := slices.Sorted(slices.Values(p.told())); len(acks) != want || len(slices.Compact(acks)) != want {
					w.Errorf("%d acks, want %d, each once", len(acks), want)
				}
			})
		})
	}
}

// TestBacklog: acks sent in the middle of a sweep shift the pages; the next
// sweep follows at once until nothing new comes.
func TestBacklog(t *testing.T) {
	p := &portal{size: 100, list: messages(2200)}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(time.Millisecond)
		w.same("appeals", 2200, len(w.appeals()))
		w.same("acks", 2200, len(p.told()))
		before := p.called("appeals")
		w.pass(poll)
		w.same("pages of a quiet sweep", 1, p.called("appeals")-before)
	})
}

// TestPageLeadsToItself: a connector that never comes to an end is not asked
// without a pause.
func TestPageLeadsToItself(t *testing.T) {
	inBubble(t, map[string]sdk.Connector{"rx": &circle{}}, func(w *world) {
		w.run()
		w.pass(3 * poll)
		w.same("parked", 1, len(w.parked()))
	})
}

type circle struct{ script }

func (c *circle) FetchStatuses(_ context.Context, _ sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	return sdk.Page[sdk.StatusChange]{Items: []sdk.StatusChange{change("1", "r", sdk.StatusInWork)}, Next: "round", More: true}, nil
}

// TestPagesWithoutEnd: a feed that leads on and on, to pages without anything or to
// those that were read, is read slowly, and what is held is acknowledged all the same.
func TestPagesWithoutEnd(t *testing.T) {
	for what, items := range map[string][]sdk.StatusChange{"empty": nil, "read before": {change("1", "r", sdk.StatusInWork)}} {
		t.Run(what, func(t *testing.T) {
			s := &spiral{items: items}
			inBubble(t, map[string]sdk.Connector{"rx": s}, func(w *world) {
				w.run()
				w.pass(time.Minute)
				if n := s.pages.Load(); n < 100 || n > 400 {
					w.Errorf("%d pages were read in a minute", n)
				}
				w.same("acknowledged", len(items) > 0, s.acks.Load() > 0)
			})
		})
	}
}

type spiral struct {
	script
	items       []sdk.StatusChange
	pages, acks atomic.Int64
}

func (s *spiral) FetchStatuses(context.Context, sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	n := s.pages.Add(1)
	p := sdk.Page[sdk.StatusChange]{Next: sdk.Cursor(strconv.FormatInt(n, 10)), More: n < 100_000} // an end, lest a test hangs
	for _, c := range s.items {
		c.AckID = c.ID
		p.Items = append(p.Items, c)
	}
	return p, nil
}

func (s *spiral) Ack(context.Context, ...string) error {
	s.acks.Add(1)
	return nil
}

// TestJournalFails: nothing is acknowledged that is not held.
func TestJournalFails(t *testing.T) {
	p := &portal{size: 2, list: messages(4)}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.halt()
		w.run()
		w.pass(time.Minute)
		w.same("acks", []string(nil), p.told())
		if state := w.state("pos"); state.Failures > 0 || state.Paused {
			w.Errorf("the link was blamed: %+v", state)
		}
		w.restart()
		w.same("acks", 4, len(p.told()))
		w.same("appeals", 4, len(w.appeals()))
	})
}

// TestRunEnds: with a call under way, and sends no ack after it.
func TestRunEnds(t *testing.T) {
	p := &slow{portal: portal{size: 1, list: messages(2)}}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		began := time.Now()
		w.stop()
		if took := time.Since(began); took > time.Second {
			w.Errorf("it took %v", took)
		}
		w.same("acks", []string(nil), p.told())
		if state := w.state("pos"); state.Failures > 0 {
			w.Errorf("the link was blamed: %+v", state)
		}
		w.counted(0, "appealhub_intake_errors_total", "appeals", "transient", "pos")
	})
}

// slow answers its second page never.
type slow struct{ portal }

func (s *slow) FetchAppeals(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	if after != "" {
		<-ctx.Done()
		return sdk.Page[sdk.Appeal]{}, fmt.Errorf("get page: %w", ctx.Err())
	}
	return s.portal.FetchAppeals(ctx, after)
}
