package journaltest

import (
	"context"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// Open opens one database. Called again after Close it opens the same one. now
// is the suite's clock, for a driver that has one of its own in production; it
// may be called from any goroutine.
type Open func(o journal.Options, now func() time.Time) (journal.Journal, error)

// Store makes a new empty database for a test.
type Store func(t *testing.T) Open

// testcase is one thing that every driver does, and why.
type testcase struct {
	name string
	why  string
	run  func(w *world)
}

// Run holds a driver to the suite.
func Run(t *testing.T, store Store) {
	var all []testcase
	for _, some := range [][]testcase{appendCases(), changeCases(), parkCases(), orderCases(), leaseCases(), handsCases(), actCases(), strandedCases(), fileCases(), linkCases(), deadlineCases(), archiveCases(), readCases(), logCases()} {
		all = append(all, some...)
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, store(t))
			c.run(w)
			w.verify()
			if t.Failed() {
				t.Logf("why it matters: %s", c.why)
			}
		})
	}
	t.Run("model", func(t *testing.T) { model(t, store) })
	t.Run("concurrent", func(t *testing.T) { concurrent(t, store) })
}

// start opens the journal and has it commit until the test ends or stop is
// called.
func start(t *testing.T, open Open, o journal.Options, now func() time.Time) (j journal.Journal, stop func()) {
	t.Helper()
	j, err := open(o, now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := j.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	t.Cleanup(stop)
	return j, stop
}
