package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/internal/seldom"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
)

// Config is what the API is made of.
type Config struct {
	Journal  journal.Journal
	Bus      *bus.Kafka          // nil: what comes in goes straight to the journal
	Node     func() journal.Node // this node; nil: of no name
	Intake   *intake.Intake
	Dispatch *dispatch.Dispatch
	Spool    *spool.Spool
	Links    []*link.Link
	Practice func(organisation string) *deadline.Practice // how it counts its terms; of an unknown key nobody's
	Bodies   []string                                     // keys of the organisations, in order
	Tokens   map[string]string                            // name → secret
	Rights   map[string]Right                             // name of a token → what it may do; all, where it is not named
	Open     bool                                         // to whoever is on this machine: no token is asked for, though one that is given must be right
	Gather   prometheus.Gatherer                          // nil: the API's own metrics alone
	Version  string
	MaxBody  int64            // bytes of a JSON body; 10 MiB
	MaxFile  int64            // bytes of a file; 300 MiB
	Log      *slog.Logger     // nil: slog.Default
	Now      func() time.Time // nil: time.Now
}

func (c *Config) setDefaults() {
	if c.MaxBody == 0 {
		c.MaxBody = 10 << 20
	}
	if c.MaxFile == 0 {
		c.MaxFile = 300 << 20
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Node == nil {
		c.Node = func() journal.Node { return journal.Node{} }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func (c *Config) validate() error {
	var errs []error
	if len(c.Tokens) == 0 && !c.Open {
		errs = append(errs, errors.New("no token is configured, and without one only loopback is served"))
	}
	for name, secret := range c.Tokens {
		if name == "" || secret == "" {
			errs = append(errs, errors.New("a token lacks its name or its secret"))
		}
	}
	return errors.Join(errs...)
}

// New returns the API's handler. An error names what is wrong with the tokens.
func New(c Config) (http.Handler, error) {
	c.setDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	s := &server{
		Config:   c,
		links:    map[string]*link.Link{},
		keys:     newKeys(c.Tokens),
		requests: newRequests(),
		large:    largeBodies{make(chan struct{}, largeAtOnce), largeWait, largeTime(c.MaxBody)},
		exports:  largeBodies{held: make(chan struct{}, 1), wait: largeWait},
	}
	for _, l := range c.Links {
		s.links[l.Name()] = l
	}
	s.ready.check, s.ready.tell = s.probe, s.tellReady
	s.mount()
	return s, nil
}

// server answers requests.
type server struct {
	Config
	links    map[string]*link.Link
	keys     []key
	ready    readiness
	said     seldom.Lines // of requests that failed because nothing can be kept for now
	buffers  buffers
	large    largeBodies
	exports  largeBodies // that are reconciled
	requests *prometheus.CounterVec
	byRef    *route // matched by hand: see mount
	mux      *http.ServeMux
}

// mount fills the mux. The route by reference overlaps with those below an
// appeal's id, which the mux refuses, and is kept apart.
func (s *server) mount() {
	s.mux = http.NewServeMux()
	for _, rt := range s.routes() {
		if strings.HasPrefix(rt.path, byRefPrefix) {
			s.byRef = rt
			continue
		}
		s.mux.HandleFunc(rt.method+" "+rt.path, func(w http.ResponseWriter, _ *http.Request) { s.serve(w.(*exchange), rt) })
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { s.unmatched(w.(*exchange)) })
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, r: r}
	defer s.finish(x, s.Now())
	h := w.Header()
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Cache-Control"] = []string{"no-store"}
	escaped := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(escaped, byRefPrefix) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		s.serve(x, s.byRef)
	case !clean(escaped):
		s.fail(x, errNoRoute) // the mux would redirect with a page of HTML
	default:
		s.mux.ServeHTTP(x, r)
	}
}

// clean reports whether the mux takes a path as it is.
func clean(escaped string) bool {
	c := path.Clean(escaped)
	return escaped == c || len(escaped) == len(c)+1 && strings.HasSuffix(escaped, "/") && strings.HasPrefix(escaped, "/")
}

// serve carries out a route.
func (s *server) serve(x *exchange, rt *route) {
	x.route = rt
	err := s.admit(x)
	if err == nil {
		err = rt.do(x)
	}
	if err != nil {
		s.fail(x, err)
	}
}

// unmatched answers what no route takes: 405 where another method would do.
func (s *server) unmatched(x *exchange) {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		other := x.r.Clone(context.Background())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" {
			allow = append(allow, method)
		}
	}
	if strings.HasPrefix(x.r.URL.EscapedPath(), byRefPrefix) {
		allow = []string{http.MethodGet, http.MethodHead}
	}
	if len(allow) == 0 {
		s.fail(x, errNoRoute)
		return
	}
	x.Header().Set("Allow", strings.Join(allow, ", "))
	s.fail(x, badMethod.with("%s is not allowed here; %s is", x.r.Method, strings.Join(allow, ", ")))
}
