package intake_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// poll is the pause between two sweeps of the tests' links.
const poll = 10 * time.Second

// surname is what must not get into a log.
const surname = "Фамильная"

// world is an intake with a journal in a file, inside a bubble of time.
type world struct {
	*testing.T
	journal *sqlite.Journal
	spool   *spool.Spool
	links   []*link.Link
	intake  *intake.Intake
	metrics *prometheus.Registry
	log     lockedBuffer
	path    string
	stop    func() // ends the pollers
	halt    func() // ends the journal's commits
}

// inBubble runs a test against the connectors given, by the names of their
// links.
func inBubble(t *testing.T, connectors map[string]sdk.Connector, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, connectors)) })
}

func newWorld(t *testing.T, connectors map[string]sdk.Connector) *world {
	w := &world{T: t, path: filepath.Join(t.TempDir(), "journal.db"), stop: func() {}}
	for name, c := range connectors {
		spec := sdk.Spec{Name: "test", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return c, nil }}
		l, err := link.Open(t.Context(), link.Config{Name: name, Connector: "test", Poll: poll, Timeout: 5 * time.Second}, spec, link.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		w.links = append(w.links, l)
	}
	var err error
	if w.spool, err = spool.Open(filepath.Join(t.TempDir(), "spool")); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.commit()
	t.Cleanup(func() {
		w.close()
		if strings.Contains(w.log.String(), surname) {
			t.Errorf("personal data in the log: %s", &w.log)
		}
	})
	return w
}

// open opens the journal and makes an intake on it; nothing is committed yet.
func (w *world) open() {
	w.Helper()
	var err error
	if w.journal, err = sqlite.Open(context.Background(), w.path, journal.Options{Planner: journaltest.Planner{}}); err != nil {
		w.Fatal(err)
	}
	w.halt, w.metrics = func() {}, prometheus.NewRegistry()
	w.intake = intake.New(intake.Config{Journal: w.journal, Spool: w.spool, Links: w.links, Metrics: w.metrics, Log: slog.New(slog.NewTextHandler(&w.log, nil)), MaxFile: 1000})
}

// commit has the journal commit until halt.
func (w *world) commit() {
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- w.journal.Run(ctx) }()
	w.halt = func() { cancel(); <-ran; w.halt = func() {} }
}

// run polls until stop.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- w.intake.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ran; err != nil {
			w.Errorf("run: %v", err)
		}
		w.stop = func() {}
	}
	synctest.Wait()
}

func (w *world) close() {
	w.Helper()
	w.stop()
	w.halt()
	if err := w.journal.Close(); err != nil {
		w.Error(err)
	}
}

// restart is another start of the hub on the same journal.
func (w *world) restart() {
	w.Helper()
	w.close()
	w.open()
	w.commit()
	w.run()
}

// pass lets time go by until all is quiet.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// appeals returns the ids, at their source, of the appeals on record, newest
// first.
func (w *world) appeals() []string {
	w.Helper()
	views, err := w.journal.Appeals(w.Context(), journal.AppealQuery{Limit: 10_000})
	if err != nil {
		w.Fatal(err)
	}
	var ids []string
	for _, v := range views {
		ids = append(ids, v.Source.ID)
	}
	return ids
}

// parked returns what is parked, as reason:ref.
func (w *world) parked() []string {
	w.Helper()
	all, err := w.journal.Parked(w.Context(), journal.ParkedQuery{Limit: 1000})
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, p := range all {
		out = append(out, string(p.Reason)+":"+p.RefID)
	}
	return out
}

func (w *world) state(name string) journal.LinkState {
	w.Helper()
	s, err := w.journal.LinkState(w.Context(), name)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// said is what the appeals feed of a link met last.
func (w *world) said(name string) journal.LinkState {
	w.Helper()
	return w.state(journal.FeedOf(name, "appeals"))
}

// answered has the link's system answer something else.
func (w *world) answered(name string) {
	w.Helper()
	if err := w.journal.SetLink(w.Context(), name, "", time.Now(), func(s *journal.LinkState) { s.Answered() }); err != nil {
		w.Fatal(err)
	}
}

// claimed takes the one delivery that a link has due.
func (w *world) claimed(name string) journal.Claimed {
	w.Helper()
	all, err := w.journal.Claim(w.Context(), journal.Claim{Link: name, Limit: 10, Lease: time.Minute, Now: time.Now()})
	if err != nil || len(all) != 1 {
		w.Fatalf("%d deliveries of %s are due, %v", len(all), name, err)
	}
	return all[0]
}

// done settles a delivery.
func (w *world) done(d journal.Claimed, r sdk.Receipt) {
	w.Helper()
	s := journal.Settlement{Delivery: d.ID, Lease: d.Lease, At: time.Now(), As: journal.SettleDone, Receipt: r}
	if d.Verb == journal.VerbFetch {
		s.File = &sdk.Attachment{ID: d.Attachment, Size: 3, SHA256: strings.Repeat("ab", 32)}
	}
	errs, err := w.journal.Settle(w.Context(), s)
	if err != nil || errs[0] != nil {
		w.Fatal(err, errs)
	}
}

func (w *world) same(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// counted wants a metric's value; labels are values in order of their names.
func (w *world) counted(want float64, name string, labels ...string) {
	w.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.Fatal(err)
	}
	var got float64
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var values []string
			for _, l := range m.GetLabel() {
				values = append(values, l.GetValue())
			}
			if f.GetName() == name && cmp.Equal(values, labels) {
				got += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	if got != want {
		w.Errorf("%s%v is %v, want %v", name, labels, got, want)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
