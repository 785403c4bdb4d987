package api

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/schemas"
)

func TestReadiness(t *testing.T) {
	w := newWorld(t, nil)
	if got := w.do(get, "/readyz", nil).want(200); got.at("status") != "ready" {
		t.Errorf("ready: %s", got.body)
	}
	w.do(post, "/api/v1/links/rx/pause", nil).want(200)
	if got := w.do(get, "/readyz", nil).want(200); got.at("status") != "ready" {
		t.Errorf("asked twice within a second, it looked again: %s", got.body)
	}
	w.clock.add(time.Second)
	if got := w.do(get, "/readyz", nil).want(200); got.at("status") != "degraded" || got.at("links.0.name") != "rx" || got.at("links.0.state") != "paused" {
		t.Errorf("degraded: %s", got.body)
	}
	if err := os.RemoveAll(w.spoolDir); err != nil {
		t.Fatal(err)
	}
	w.clock.add(time.Second)
	if got := w.do(get, "/readyz", nil).want(503); got.at("status") != "unready" || got.at("spool") != "unavailable" || got.at("journal") != "ok" {
		t.Errorf("without a spool: %s", got.body)
	}
	w.stop()
	w.clock.add(time.Second)
	if got := w.do(get, "/readyz", nil).want(503); got.at("journal") != "unavailable" {
		t.Errorf("without a journal: %s", got.body)
	}
	if got := w.do(post, "/api/v1/appeals", appealWith(nil)).problem(503, "unavailable"); got.header.Get("Retry-After") == "" {
		t.Error("it is not told when to try again")
	}
	w.do(get, "/livez", nil).want(200)
}

// filled is a journal that takes marks and has no room for what comes in.
type filled struct {
	journal.Journal
	why error
}

func (f *filled) Doubt() error { return f.why }

// TestReadyFull: a journal that has no room makes the hub unready though a mark is taken.
func TestReadyFull(t *testing.T) {
	j := &filled{why: journal.ErrFull}
	w := newWorld(t, func(c *Config) { j.Journal, c.Journal = c.Journal, j })
	if got := w.do(get, "/readyz", nil).want(503); got.at("journal") != "full" || got.at("status") != "unready" {
		t.Errorf("full: %s", got.body)
	}
	j.why = nil
	w.clock.add(time.Second)
	w.do(get, "/readyz", nil).want(200)
}

// TestRefusedInTheLog: while nothing can be kept the log has one line of it, however many
// requests are refused.
func TestRefusedInTheLog(t *testing.T) {
	w := newWorld(t, nil)
	w.stop()
	for range 10 {
		w.do(post, "/api/v1/appeals", appealWith(nil)).problem(503, "unavailable")
	}
	if n := strings.Count(w.log.String(), "a request failed"); n != 1 {
		t.Errorf("%d lines:\n%s", n, w.log.String())
	}
}

// TestOutageInTheLog: an outage is two lines in the log, however often it is asked about.
func TestOutageInTheLog(t *testing.T) {
	w := newWorld(t, nil)
	if err := os.RemoveAll(w.spoolDir); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		w.clock.add(time.Second)
		w.do(get, "/readyz", nil).want(503)
	}
	if err := os.MkdirAll(filepath.Join(w.spoolDir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.clock.add(time.Second)
		w.do(get, "/readyz", nil).want(200)
	}
	for _, line := range []string{"can't keep what comes in", "can keep what comes in again"} {
		if n := strings.Count(w.log.String(), line); n != 1 {
			t.Errorf("%q is in the log %d times", line, n)
		}
	}
}

func TestLinkDown(t *testing.T) {
	w := newWorld(t, nil)
	err := w.journal.SetLink(t.Context(), "rx", "", w.clock.Now(), func(s *journal.LinkState) {
		for range journal.DownAfter {
			s.Failed("transient", "connection refused to 10.0.0.1", w.clock.Now())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	got := w.do(get, "/readyz", nil).want(200)
	if got.at("links.0.state") != "down" || got.at("links.0.since") != "2026-11-20T09:00:00Z" || strings.Contains(string(got.body), "10.0.0.1") {
		t.Errorf("down: %s", got.body)
	}
	w.do(post, "/api/v1/links/rx/pause", nil).want(200)
	w.clock.add(time.Second)
	if got := w.do(post, "/api/v1/links/rx/resume", nil).want(200); got.at("state") != "down" || got.at("next_probe_at") != "2026-11-20T09:00:01Z" {
		t.Errorf("resumed while down: %s", got.body)
	}
}

func TestFullDisk(t *testing.T) {
	for _, err := range []error{journal.ErrFull, spool.ErrFull} {
		if p := problemOf(fmt.Errorf("submit: %w", err)); p.status != 507 || cause(err) != "full" {
			t.Errorf("%v: %v", err, p)
		}
	}
	for err, want := range map[error]int{
		journal.ErrUnavailable: 503, journal.ErrLocked: 503, context.DeadlineExceeded: 503, journal.ErrNotFound: 404, journal.ErrState: 409,
		spool.ErrTooLarge: 413, spool.ErrCorrupt: 500, errors.New("else"): 500,
	} {
		if p := problemOf(fmt.Errorf("x: %w", err)); p.status != want {
			t.Errorf("%v: %d, want %d", err, p.status, want)
		}
	}
}

func TestVersionAndDocuments(t *testing.T) {
	w := newWorld(t, nil)
	if got := w.do(get, "/version", nil).want(200); got.at("version") != "v1.2.3" {
		t.Errorf("version: %s", got.body)
	}
	for path, name := range map[string]string{"openapi.yaml": schemas.API, schemas.Appeal: schemas.Appeal, schemas.Event: schemas.Event, schemas.StatusChange: schemas.StatusChange} {
		want, err := schemas.Read(name)
		if got := w.do(get, "/api/v1/"+path, nil).want(200); err != nil || string(got.body) != string(want) {
			t.Errorf("%s is not the document", path)
		}
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, nil)
	w.submit(nil)
	w.dead("rx")
	w.submit(nil)
	w.submit(map[string]any{"organisation": nil})
	w.do(get, "/api/v1/nothing", nil).want(404)
	w.clock.add(90 * time.Second)
	got := string(w.do(get, "/metrics", nil).want(200).body)
	for _, line := range []string{
		`appealhub_dead_letters{link="rx"} 1`, `appealhub_deliveries_open{link="rx"} 2`, `appealhub_oldest_undelivered_seconds{link="rx"} 90`,
		`appealhub_dead_letters{link="mail"} 0`, `appealhub_deliveries_open{link="mail"} 0`,
		`appealhub_parked{reason="no_organisation"} 1`, `appealhub_http_requests_total{code="201",route="POST /api/v1/appeals"} 3`,
		`appealhub_http_requests_total{code="404",route="none"} 1`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no %s in\n%s", line, got)
		}
	}
	if problems, err := testutil.CollectAndLint(NewStats(w.journal, w.clock.Now)); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	w.stop() // what the journal can't tell costs the other metrics nothing
	if got := string(w.do(get, "/metrics", nil).want(200).body); !strings.Contains(got, "appealhub_http_requests_total") {
		t.Errorf("metrics: %s", got)
	}
}
