// Package possim is a working simulator of the Feedback Platform's REST exchange
// for document systems: token, paged list of appeals not yet accepted, files,
// mark-accepted, progress messages and answers, and the public timeline. It is
// stateful, deterministic by seed and serves many clients at once.
//
// It answers as a strict platform would, from the same public knowledge as any
// client; where the platform's way is not known (repeated consideration and
// ratings after acceptance: an item is served again with the members
// repeatedConsideration and answerRating; the timeline's shape; which malformed
// answers are refused) the way is this project's own. It shares no code with
// the connector and knows nothing of the hub.
//
// Control endpoints under /_sim, without credentials:
//
//	POST /_sim/items                {"item":{},"files":[],"applicant":{}} or a list of them
//	POST /_sim/seed                 {"count":n,"files":n} makes n items, n files each at most
//	GET  /_sim/items[/{id}]         what became of them
//	GET  /_sim/summary              the same in numbers, over all items
//	POST /_sim/items/{id}/revise    {"item":{members to replace},"files":[more]}
//	POST /_sim/items/{id}/rework    {"reason":"…"}
//	POST /_sim/items/{id}/rate      {"value":1..5,"comment":"…"}
//	GET  /_sim/uploads              files that were uploaded
//	POST /_sim/tokens/revoke        every token becomes worthless
//	/_sim/faults /_sim/requests /_sim/clock, as package simkit has them
package possim

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// Config is what a platform is made of. The zero value is a working one.
type Config struct {
	Seed         uint64        // of tokens, generated items and faults by chance
	Username     string        // default hub
	Password     string        // default pos-password
	ClientID     string        // default edms
	ClientSecret string        // default pos-secret
	TokenLife    time.Duration // default 10 minutes
	PageSize     int           // items per page where the client names no size; default 20
	Start        time.Time     // the clock stands still there until it is advanced; zero: real time
	Drop         float64       // share of responses lost after their work is done, by chance, 0 to 1
}

func (c *Config) setDefaults() {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&c.Username, "hub")
	fill(&c.Password, "pos-password")
	fill(&c.ClientID, "edms")
	fill(&c.ClientSecret, "pos-secret")
	if c.TokenLife <= 0 {
		c.TokenLife = 10 * time.Minute
	}
	if c.PageSize <= 0 {
		c.PageSize = 20
	}
	c.Drop = min(max(0, c.Drop), 1)
}

// Sim is one platform: an http.Handler of its wire and its control endpoints.
type Sim struct {
	cfg   Config
	kit   *simkit.Kit
	front http.Handler

	mu      sync.Mutex
	lastID  int64 // of items
	items   []*record
	byID    map[string]*record
	waiting int                  // items not accepted
	head    int                  // no item before it waits
	files   map[string]*stored   // what items carry, by id
	uploads map[string]*stored   // what clients uploaded, by id
	lastKey int64                // of files and uploads
	tokens  map[string]time.Time // until when each is good
	issued  int
	seeded  int // items made by /_sim/seed
}

// New makes a platform without items.
func New(cfg Config) *Sim {
	cfg.setDefaults()
	var clock *simkit.Clock
	if !cfg.Start.IsZero() {
		clock = simkit.NewFrozenClock(cfg.Start)
	}
	s := &Sim{
		cfg: cfg, kit: simkit.New(cfg.Seed, clock),
		byID: map[string]*record{}, files: map[string]*stored{}, uploads: map[string]*stored{}, tokens: map[string]time.Time{},
		lastID: 1_000_000,
	}
	if cfg.Drop > 0 {
		_, _ = s.kit.Faults.Add(simkit.Fault{Fault: simkit.DropAfter, Probability: cfg.Drop}) // the share is within its bounds
	}
	s.front = s.kit.Handler(s.portal(), s.control())
	return s
}

// ServeHTTP serves the platform and its control endpoints.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.front.ServeHTTP(w, r) }

// Run lets scripted applicants act until ctx ends, and returns nil then.
func (s *Sim) Run(ctx context.Context) error { return s.kit.Run(ctx) }

// Serve is ServeHTTP and Run on a listener until ctx ends; running requests then
// have five seconds to finish.
func (s *Sim) Serve(ctx context.Context, ln net.Listener) error {
	return s.kit.Serve(ctx, ln, s)
}

// portal is the platform's own wire.
func (s *Sim) portal() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /user-service/oauth/token", s.token)
	mux.HandleFunc("GET /appeal-service/edms", s.bearer(s.list))
	mux.HandleFunc("POST /appeal-service/edms/{id}/mark-accepted", s.bearer(s.accept))
	mux.HandleFunc("POST /appeal-service/edms/{id}", s.bearer(s.answer))
	mux.HandleFunc("POST /file-storage-service/filestorage", s.bearer(s.upload))
	mux.HandleFunc("GET /file-storage-service/filestorage/{id}", s.bearer(s.download))
	mux.HandleFunc("GET /api-service/appeals-mobile-api/public-appeal-steps-by-id/{id}", s.timeline)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		simkit.Refuse(w, http.StatusNotFound, "Ресурс не найден")
	})
	return mux
}
