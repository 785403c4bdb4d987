package intake_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// reader is a system that is told of terms once a day.
type reader struct {
	mu   sync.Mutex
	told []sdk.Digest
	fail error
}

func (*reader) Close() error { return nil }

// DeliverDigest keeps it, even where the answer is lost.
func (r *reader) DeliverDigest(_ context.Context, d sdk.Digest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, d)
	return r.fail
}

func (r *reader) days() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, d := range r.told {
		out = append(out, d.Date.String()[5:])
	}
	return strings.Join(out, " ")
}

func (r *reader) fails(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// clock runs the clock of a hub whose digests are told at eight until the function
// returned is called.
func (w *world) clock() (stop func()) {
	moscow := time.FixedZone("MSK", 3*60*60)
	in := intake.New(intake.Config{Journal: w.journal, Links: w.links, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Digests: intake.Digests{
		At: 8 * time.Hour, Days: map[string]intake.Days{"adm": {Zone: moscow, Soon: 3}},
	}})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 2)
	go func() { ran <- in.Clock(ctx) }()
	go func() { ran <- in.RunDigests(ctx) }()
	return func() {
		cancel()
		if err := errors.Join(<-ran, <-ran); err != nil {
			w.Error(err)
		}
	}
}

// TestClock: what is due is told by itself, within a minute, once, and what fell
// due while nothing ran is told when the clock starts.
func TestClock(t *testing.T) {
	inBubble(t, nil, func(w *world) {
		a := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}, Version: "1", Addressee: sdk.Addressee{Code: "rx"}, AnswerBy: sdk.DateOf(time.Now().UTC()).AddDays(4)}
		r, err := w.journal.Append(w.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: "pos", Appeal: a}}})
		if err != nil {
			w.Fatal(err)
		}
		kinds := func() string {
			events, err := w.journal.History(w.Context(), r[0].Appeal)
			if err != nil {
				w.Fatal(err)
			}
			var out []string
			for _, e := range events {
				out = append(out, string(e.Kind))
			}
			return strings.Join(out, " ")
		}
		stop := w.clock()
		time.Sleep(24*time.Hour - time.Second) // it begins at midnight
		w.same("a second before", "appeal.received", kinds())
		time.Sleep(time.Minute)
		w.same("near", "appeal.received deadline.near", kinds())
		stop()
		time.Sleep(10 * 24 * time.Hour)
		w.same("nobody looks", "appeal.received deadline.near", kinds())
		stop = w.clock()
		synctest.Wait()
		w.same("passed", "appeal.received deadline.near deadline.passed", kinds())
		time.Sleep(48 * time.Hour)
		w.same("told once", "appeal.received deadline.near deadline.passed", kinds())
		stop()
	})
}

// TestDigests: each day's is told at its hour, again until it is taken, and not
// again by a hub that starts anew.
func TestDigests(t *testing.T) {
	r := &reader{}
	inBubble(t, map[string]sdk.Connector{"control": r}, func(w *world) { // midnight in UTC on 1 January 2000, three in Moscow
		stop := w.clock()
		time.Sleep(5*time.Hour - time.Minute)
		w.same("before its hour", "", r.days())
		time.Sleep(2 * time.Minute)
		w.same("at eight", "01-01", r.days())
		stop()
		stop = w.clock()
		time.Sleep(12 * time.Hour)
		w.same("once a day", "01-01", r.days())
		r.fails(errors.New("no answer"))
		time.Sleep(12*time.Hour - time.Minute/2)
		r.fails(nil)
		time.Sleep(time.Hour)
		days := strings.Fields(r.days())
		w.same("until it is taken", true, len(days) > 2 && days[len(days)-1] == "01-02")
		w.same("by one id", r.told[1].ID, r.told[len(r.told)-1].ID)
		w.same("another day's id", false, r.told[0].ID == r.told[1].ID)
		stop()
	})
}
