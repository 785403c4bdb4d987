package dispatch_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// world is a journal, a spool and the dispatch of some links.
type world struct {
	t        testing.TB
	dir      string
	journal  *sqlite.Journal
	spool    *spool.Spool
	dispatch *dispatch.Dispatch
	metrics  *prometheus.Registry
	log      *lockedBuffer
	links    []*link.Link
	halt     func() error // ends the dispatch
}

// setting is what a test wants of its world.
type setting struct {
	rounds  func(*journal.View) int
	links   map[string]sdk.Connector
	config  link.Config // of every link
	maxFile int64
	drain   time.Duration
	first   bool   // files go before what names them
	spool   string // folder; empty: one of its own
	bucket  *spool.BucketAddress
	now     func() time.Time // the dispatch's clock; nil: the journal's, which is right
	tells   bool             // the links are told of a term of each appeal, and of nothing else

	journal func(journal.Journal) journal.Journal // what dispatch is given in its place; nil: itself
}

// target is the link that most tests deliver to; source that which appeals come
// from.
const (
	target = "rx"
	source = "pos"
)

func newWorld(t testing.TB, s setting) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, dir: dir, metrics: prometheus.NewRegistry(), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	var targets []string
	for name, c := range s.links {
		cfg := s.config
		cfg.Name, cfg.Connector = name, "test"
		spec := sdk.Spec{Name: "test", AttachmentsFirst: s.first, Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return c, nil }}
		l, err := link.Open(t.Context(), cfg, spec, link.Deps{Log: log})
		if err != nil {
			t.Fatal(err)
		}
		w.links = append(w.links, l)
		if name != source {
			targets = append(targets, name)
		}
	}
	var err error
	w.journal, err = sqlite.Open(t.Context(), filepath.Join(dir, "journal.db"), journal.Options{
		Planner: planner{targets, s.tells},
		Ready:   func(name string) { w.dispatch.Ready(name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	folder := cmp.Or(s.spool, filepath.Join(dir, "spool"))
	if s.bucket != nil {
		w.spool, err = spool.OpenBucket(t.Context(), folder, *s.bucket)
	} else {
		w.spool, err = spool.Open(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	given := journal.Journal(w.journal)
	if s.journal != nil {
		given = s.journal(given)
	}
	w.dispatch = dispatch.New(dispatch.Config{
		Journal: given, Spool: w.spool, Links: w.links, Metrics: w.metrics,
		Log: log, MaxFile: s.maxFile, Drain: s.drain, Rounds: s.rounds, Now: s.now,
	})
	w.runJournal()
	return w
}

func (w *world) runJournal() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.journal.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("journal: %v", err)
		}
		if err := w.journal.Close(); err != nil {
			w.t.Errorf("close journal: %v", err)
		}
	})
}

// run starts the dispatch until the test ends or halt is called.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.dispatch.Run(ctx) }()
	w.halt = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	w.t.Cleanup(func() {
		if err := w.halt(); err != nil {
			w.t.Errorf("dispatch: %v", err)
		}
	})
}

// submit appends appeals of the source and returns their ids.
func (w *world) submit(appeals ...sdk.Appeal) []string {
	w.t.Helper()
	var b journal.Batch
	for i := range appeals {
		b.Entries = append(b.Entries, journal.Entry{At: time.Now(), Link: source, Appeal: &appeals[i]})
	}
	results, err := w.journal.Append(w.t.Context(), b)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, r := range results {
		ids = append(ids, r.Appeal)
	}
	return ids
}

// appeal is the source's n-th, in one version of many.
func appeal(n int, version string, files ...sdk.Attachment) sdk.Appeal {
	return sdk.Appeal{
		Ref: sdk.Ref{Link: source, ID: fmt.Sprint(n)}, Version: version, Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Text: "Яма на дороге, версия " + version, Applicant: sdk.Applicant{Surname: "Иванова"}, Attachments: files,
	}
}

func appeals(n int) []sdk.Appeal {
	var all []sdk.Appeal
	for i := range n {
		all = append(all, appeal(i, "1"))
	}
	return all
}

// deliveries returns those of the link, in the order planned.
func (w *world) deliveries(name string) []journal.Delivery {
	w.t.Helper()
	all, err := w.journal.Deliveries(w.t.Context(), journal.DeliveryQuery{Link: name, Limit: 10_000})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// states counts the link's deliveries by state.
func (w *world) states(name string) map[journal.DeliveryState]int {
	counts := map[journal.DeliveryState]int{}
	for _, d := range w.deliveries(name) {
		counts[d.State]++
	}
	return counts
}

func (w *world) state(name string) journal.LinkState {
	w.t.Helper()
	s, err := w.journal.LinkState(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// planner plans what hub's does, as far as dispatch is concerned: files are
// fetched from the source, appeals and files go to each target, changes to the
// source.
type planner struct {
	targets []string
	tells   bool // of a term that has passed; appeals are not delivered
}

func (p planner) Plan(s journal.State, in journal.Input) journal.Plan {
	plan := journal.Plan{View: s.View}
	plan.View.Organisation, plan.View.Targets, plan.View.Status = "adm", p.targets, sdk.StatusReceived
	switch {
	case in.Appeal != nil:
		for _, a := range in.Appeal.Attachments {
			if !a.Stored() && in.Kind == journal.AppealReceived {
				plan.Steps = append(plan.Steps, journal.Step{Link: in.Link, Verb: journal.VerbFetch, Attachment: a.ID})
			}
		}
		if p.tells {
			plan.Notices = []journal.Notice{{News: sdk.DeadlinePassed, Term: "answer", Due: sdk.Date{Year: 2026, Month: 1, Day: 12}, Links: p.targets}}
			break
		}
		for _, to := range p.targets {
			plan.Steps = append(plan.Steps, journal.Step{Link: to, Verb: journal.VerbAppeal})
			for _, a := range in.Appeal.Attachments {
				if in.Kind == journal.AppealReceived {
					plan.Steps = append(plan.Steps, journal.Step{Link: to, Verb: journal.VerbAttachment, Attachment: a.ID, Held: !a.Stored()})
				}
			}
		}
	case in.Change != nil:
		plan.Steps = []journal.Step{{Link: s.View.Source.Link, Verb: journal.VerbStatus}}
	case in.Kind == journal.DeliveryDone && in.Token != "":
		plan.Steps = []journal.Step{{Link: in.Done.Link, Verb: journal.VerbConfirm}}
	}
	return plan
}

// lockedBuffer is a log that many write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// lines returns the lines that hold the text.
func (b *lockedBuffer) lines(text string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []string
	for line := range strings.Lines(b.buf.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}
