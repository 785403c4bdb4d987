package simkit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Kit ties the shared parts of one simulator together.
type Kit struct {
	Clock     *Clock
	Timetable *Timetable
	Faults    *Faults
	Requests  *Requests
}

// New makes a kit. A nil clock is a real one; the seed makes faults by
// probability repeatable.
func New(seed uint64, clock *Clock) *Kit {
	if clock == nil {
		clock = NewClock()
	}
	return &Kit{Clock: clock, Timetable: NewTimetable(clock), Faults: NewFaults(seed), Requests: NewRequests()}
}

// Handler serves the simulated system with faults and a log of requests, and
// under /_sim/ the shared control endpoints (faults, requests, clock) beside
// the simulator's own, which control holds with their whole paths. Neither
// faults nor the log touch control requests.
func (k *Kit) Handler(system, control http.Handler) http.Handler {
	mux := http.NewServeMux()
	k.Faults.mount(mux)
	k.Requests.mount(mux)
	k.mountClock(mux)
	mux.Handle("/_sim/", control)
	mux.Handle("/", k.Requests.wrap(k.Faults.wrap(system)))
	return mux
}

// Run carries out the timetable until ctx ends, and returns nil then.
func (k *Kit) Run(ctx context.Context) error { return k.Timetable.Run(ctx) }

// Serve serves h on ln and runs the timetable until ctx ends, then lets running
// requests finish for at most five seconds.
func (k *Kit) Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ran, closed := make(chan error, 1), make(chan error, 1)
	go func() { ran <- k.Run(ctx) }()
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		closed <- server.Shutdown(grace)
	}()
	err := server.Serve(ln)
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-ran, <-closed)
}

// lastYear bounds a simulator's time: that of the documents.
const lastYear = 2199

// MaxFile bounds a file that a simulator makes, in bytes: its digest is reckoned while
// others wait.
const MaxFile = 1 << 30

func (k *Kit) mountClock(mux *http.ServeMux) {
	show := func(w http.ResponseWriter) {
		WriteJSON(w, http.StatusOK, map[string]any{"now": k.Clock.Now(), "waiting": k.Timetable.Len()})
	}
	mux.HandleFunc("GET /_sim/clock", func(w http.ResponseWriter, _ *http.Request) { show(w) })
	mux.HandleFunc("POST /_sim/clock", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Advance string    `json:"advance"` // "72h"
			Set     time.Time `json:"set"`     // not before now
		}
		if !ReadJSON(w, r, &in) {
			return
		}
		to := in.Set
		if to.IsZero() {
			d, err := time.ParseDuration(in.Advance)
			if err != nil || d < 0 {
				Refuse(w, http.StatusBadRequest, "advance is not a length of time such as 72h")
				return
			}
			to = k.Clock.Now().Add(d)
		}
		if to.Year() > lastYear {
			Refuse(w, http.StatusBadRequest, fmt.Sprintf("the clock goes on to the year %d at most", lastYear))
			return
		}
		k.Timetable.AdvanceTo(to)
		show(w)
	})
}
