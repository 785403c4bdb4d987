package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// world is the API over a real journal, spool, intake and dispatch.
type world struct {
	t        testing.TB
	cfg      Config
	journal  *sqlite.Journal
	path     string // of the journal's file
	spoolDir string
	edms     *edms
	log      *lockedBuffer
	server   *httptest.Server
	handler  *server
	clock    *clock
	stop     func() // ends the journal's Run
}

// setting changes what a world is made of; nil changes nothing.
type setting func(*Config)

func newWorld(t testing.TB, change setting) *world {
	t.Helper()
	w := &world{t: t, edms: &edms{}, log: &lockedBuffer{}, clock: &clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	dir := t.TempDir()
	w.path = filepath.Join(dir, "journal.db")
	practice := testPractice(t)
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	links := []*link.Link{w.link("mail", &struct{ closer }{}), w.link("rx", w.edms)}
	var err error
	w.journal, err = sqlite.Open(t.Context(), w.path, journal.Options{Planner: planner{practice}})
	if err != nil {
		t.Fatal(err)
	}
	w.spoolDir = filepath.Join(dir, "spool")
	files, err := spool.Open(w.spoolDir)
	if err != nil {
		t.Fatal(err)
	}
	w.cfg = Config{
		Journal: w.journal, Spool: files, Links: links, Practice: practice, Bodies: []string{"adm"}, Open: true,
		Tokens: map[string]string{"operator": "s3cret", "clerk": "other"}, Version: "v1.2.3", MaxBody: 64 << 10, MaxFile: 1 << 20,
		Log: log, Now: w.clock.Now,
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(NewStats(w.journal, w.clock.Now, "mail", "rx"))
	w.cfg.Gather = registry
	w.cfg.Intake = intake.New(intake.Config{Journal: w.journal, Spool: files, Links: links, Log: log, Now: w.clock.Now})
	w.cfg.Dispatch = dispatch.New(dispatch.Config{Journal: w.journal, Spool: files, Links: links, Log: log, Now: w.clock.Now})
	if change != nil {
		change(&w.cfg)
	}
	w.serve()
	w.run()
	return w
}

// testPractice counts by what comes with the program: adm's terms in Moscow,
// others' in UTC.
func testPractice(t testing.TB) func(organisation string) *deadline.Practice {
	t.Helper()
	e, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	near := []deadline.Distance{{Days: 5}, {Days: 1}}
	adm := &deadline.Practice{Engine: e, Zone: time.FixedZone("Europe/Moscow", 3*60*60), Near: near}
	nobodys := &deadline.Practice{Engine: e, Zone: time.UTC, Near: near}
	return func(organisation string) *deadline.Practice {
		if organisation == "adm" {
			return adm
		}
		return nobodys
	}
}

func (w *world) link(name string, c sdk.Connector) *link.Link {
	spec := sdk.Spec{Name: "test", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return c, nil }}
	l, err := link.Open(w.t.Context(), link.Config{Name: name, Connector: "test"}, spec, link.Deps{})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *world) serve() {
	h, err := New(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.handler = h.(*server)
	w.server = httptest.NewServer(h)
	w.t.Cleanup(w.server.Close)
}

// run has the journal commit until the test ends or stop is called.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.journal.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("journal: %v", err)
		}
		if err := w.journal.Close(); err != nil {
			w.t.Errorf("close journal: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
	t      testing.TB
}

// do sends a request, follows nothing and holds the answer to the document.
// Headers are given as name, value.
func (w *world) do(method, path string, body any, header ...string) answer {
	w.t.Helper()
	var content io.Reader
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
		content = strings.NewReader(b)
	case io.Reader:
		content = b
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			w.t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, content)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	got := answer{status: resp.StatusCode, header: resp.Header, t: w.t}
	if got.body, err = io.ReadAll(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	checkAnswer(w.t, r, got)
	if got.status < 300 {
		checkTaken(w.t, r, raw)
	}
	return got
}

// want fails the test on another status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// problem fails the test on another problem.
func (a answer) problem(status int, code string) answer {
	a.t.Helper()
	a.want(status)
	if got := a.at("type"); got != "urn:appealhub:problem:"+code {
		a.t.Fatalf("problem %v, want %s", got, code)
	}
	return a
}

// into decodes the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
}

// at is a value of the body: names and indices joined by dots.
func (a answer) at(path string) any {
	a.t.Helper()
	var v any
	a.into(&v)
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i := int(name[0] - '0')
			if i >= len(x) {
				a.t.Fatalf("no %s in %s", path, a.body)
			}
			v = x[i]
		default:
			a.t.Fatalf("no %s in %s", path, a.body)
		}
	}
	return v
}

// document is a valid appeal with some members changed; nil takes one out.
func appealWith(change map[string]any) map[string]any {
	doc := map[string]any{
		"kind": "message", "channel": "site", "text": "Яма на дороге", "organisation": "adm",
		"applicant": map[string]any{"surname": "Ёлкина", "name": "Анна"},
	}
	for name, v := range change {
		doc[name] = v
		if v == nil {
			delete(doc, name)
		}
	}
	return doc
}

// submit takes an appeal in and returns its id.
func (w *world) submit(change map[string]any, header ...string) string {
	w.t.Helper()
	return w.do(post, "/api/v1/appeals", appealWith(change), header...).want(201).at("id").(string)
}

// settle claims the one delivery that is due at a link and settles it.
func (w *world) settle(name string, s journal.Settlement) journal.Claimed {
	w.t.Helper()
	claimed, err := w.journal.Claim(w.t.Context(), journal.Claim{Link: name, Limit: 1, Lease: time.Minute, Now: w.clock.Now()})
	if err != nil || len(claimed) != 1 {
		w.t.Fatalf("claimed %d: %v", len(claimed), err)
	}
	s.Delivery, s.Lease, s.At = claimed[0].ID, claimed[0].Lease, w.clock.Now()
	errs, err := w.journal.Settle(w.t.Context(), s)
	if err := errors.Join(append(errs, err)...); err != nil {
		w.t.Fatal(err)
	}
	return claimed[0]
}

// dead makes the delivery that is due at a link a dead letter.
func (w *world) dead(name string) int64 {
	w.t.Helper()
	return w.settle(name, journal.Settlement{As: journal.SettleDead, Kind: sdk.Rejected, Error: "no such district"}).ID
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
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
