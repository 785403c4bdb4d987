package api

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// live says that the process answers.
func (s *server) live(x *exchange) error {
	return x.answer(http.StatusOK, struct {
		Status string `json:"status"`
	}{"alive"})
}

// version says what runs here.
func (s *server) version(x *exchange) error {
	return x.answer(http.StatusOK, struct {
		Version string `json:"version"`
		Go      string `json:"go"`
	}{s.Version, runtime.Version()})
}

// metrics serves the gatherer's metrics and the API's own.
func (s *server) metrics() func(*exchange) error {
	own := prometheus.NewRegistry()
	own.MustRegister(s.requests)
	all := prometheus.Gatherers{own}
	if s.Gather != nil {
		all = append(all, s.Gather)
	}
	h := promhttp.HandlerFor(all, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return func(x *exchange) error {
		h.ServeHTTP(x, x.r)
		return nil
	}
}

// The states of readiness.
const (
	isReady    = "ready"
	isDegraded = "degraded" // appeals are taken in, but a link is down or paused, or the journal behind the inbound topic is down
	isUnready  = "unready"  // what came in now could not be kept
)

// verdict is what /readyz tells.
type verdict struct {
	Status  string     `json:"status"`
	Journal string     `json:"journal"`       // ok, or why nothing can be written
	Bus     string     `json:"bus,omitempty"` // the same of the inbound topic, where there is one
	Spool   string     `json:"spool"`
	Links   []linkInfo `json:"links"` // those that are not up
}

type linkInfo struct {
	Name  string    `json:"name"`
	State string    `json:"state"`
	Since time.Time `json:"since,omitzero"` // of an outage
	Kind  sdk.Kind  `json:"kind,omitzero"`  // of the last failure
}

// readyz tells whether what comes in can be kept.
func (s *server) readyz(x *exchange) error {
	v := s.ready.get(x.r.Context(), s.Now())
	status := http.StatusOK
	if v.Status == isUnready {
		status = http.StatusServiceUnavailable
	}
	return x.answer(status, v)
}

// readiness keeps a verdict for a moment: it costs writes to the disk, and
// anybody may ask.
type readiness struct {
	check func(ctx context.Context, now time.Time) verdict
	tell  func(was, is *verdict)
	mu    sync.Mutex
	at    time.Time
	last  verdict
}

// The bounds of a probe.
const (
	verdictAge = time.Second
	probeLimit = 3 * time.Second
)

func (r *readiness) get(ctx context.Context, now time.Time) verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.at); r.last.Status != "" && age >= 0 && age < verdictAge {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeLimit) // others may wait for this verdict
	defer cancel()
	was := r.last
	r.at, r.last = now, r.check(ctx, now)
	r.tell(&was, &r.last)
	return r.last
}

// tellReady logs a verdict that differs from the one before: an outage of a day is
// asked about a hundred thousand times.
func (s *server) tellReady(was, is *verdict) {
	switch {
	case is.Status == isUnready && (was.Status != isUnready || was.Journal != is.Journal || was.Spool != is.Spool || was.Bus != is.Bus):
		s.Log.Warn("the hub can't keep what comes in", "journal", is.Journal, "spool", is.Spool, "bus", is.Bus)
	case is.Status != isUnready && was.Status == isUnready:
		s.Log.Info("the hub can keep what comes in again")
	}
}

// probe writes to the journal, a cursor of the API's own, and to the spool: a
// full disk still lets itself be read. They are asked at once: one that does not
// answer takes no time from the others.
func (s *server) probe(ctx context.Context, now time.Time) verdict {
	v := verdict{Status: isReady, Journal: "ok", Spool: "ok", Links: []linkInfo{}}
	var busy sync.WaitGroup
	var ofBus, ofSpool error
	if s.Bus != nil {
		v.Bus = "ok"
		busy.Go(func() { ofBus = s.Bus.Ready(ctx) })
	}
	busy.Go(func() { _, ofSpool = s.Spool.Put(ctx, strings.NewReader("readyz\n"), 0) })
	s.probeJournal(ctx, now, &v)
	busy.Wait()
	if ofBus != nil {
		v.Status, v.Bus = isUnready, "unavailable"
	}
	if ofSpool != nil {
		v.Status, v.Spool = isUnready, cause(ofSpool)
	} else if s.Dispatch.SpoolFull() {
		v.Status, v.Spool = isUnready, "full"
	}
	if v.Status == isReady && len(v.Links) > 0 {
		v.Status = isDegraded
	}
	return v
}

// probeJournal notes in v how the journal and the links are.
func (s *server) probeJournal(ctx context.Context, now time.Time, v *verdict) {
	fault := func(err error) {
		v.Journal = cause(err)
		if v.Status == isReady {
			v.Status = s.without()
		}
	}
	mark := journal.Position{Link: link.ReservedName, Feed: "readyz", At: sdk.Cursor(now.UTC().Format(time.RFC3339))}
	if _, err := s.Journal.Append(ctx, journal.Batch{Cursors: []journal.Position{mark}}); err != nil {
		fault(err)
		return
	}
	if d, ok := s.Journal.(journal.Doubter); ok && d.Doubt() != nil {
		fault(d.Doubt())
	}
	for _, l := range s.Links {
		state, err := s.Journal.LinkState(ctx, l.Name())
		if err != nil {
			fault(err)
			return
		}
		if how := stateOf(&state); how != linkUp {
			v.Links = append(v.Links, linkInfo{Name: l.Name(), State: how, Since: state.DownSince, Kind: state.LastKind})
		}
	}
}

// without is the verdict of a hub whose journal is down: what comes in waits in
// the inbound topic, where there is one.
func (s *server) without() string {
	if s.Bus != nil {
		return isDegraded
	}
	return isUnready
}

// cause says in a word why something could not be written: anybody may read it.
func cause(err error) string {
	if errors.Is(err, journal.ErrFull) || errors.Is(err, spool.ErrFull) {
		return "full"
	}
	return "unavailable"
}
