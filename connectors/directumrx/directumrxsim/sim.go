package directumrxsim

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// Config is what a stand is made of. The zero value is a working one.
type Config struct {
	Seed     uint64         // of whom the work falls to, made bodies and faults by chance
	Username string         // default hub
	Password string         // default rx-password
	Zone     *time.Location // in which the server writes its times; default +03:00
	Drop     float64        // share of requests, 0 to 1, whose work is done and whose response is lost
	Start    time.Time      // the clock stands still there until it is advanced; zero: real time
	Script   []Step         // what officials do with what no script matches; nil: DefaultScript, empty: nothing
}

func (c *Config) setDefaults() {
	if c.Username == "" {
		c.Username = "hub"
	}
	if c.Password == "" {
		c.Password = "rx-password"
	}
	if c.Zone == nil {
		c.Zone = time.FixedZone("", 3*60*60)
	}
	if c.Script == nil {
		c.Script = DefaultScript()
	}
	c.Drop = min(max(0, c.Drop), 1)
}

// Sim is one stand.
type Sim struct {
	cfg     Config
	kit     *simkit.Kit
	schema  *schema
	handler http.Handler

	mu      sync.RWMutex
	tables  map[string]*table // by the name of the type that gives out the ids
	scripts []script
	numbers map[string]int // registration numbers given out, by register
}

// New makes a stand with its dictionaries and no documents.
func New(cfg Config) *Sim {
	cfg.setDefaults()
	var clock *simkit.Clock
	if !cfg.Start.IsZero() {
		clock = simkit.NewFrozenClock(cfg.Start)
	}
	s := &Sim{cfg: cfg, kit: simkit.New(cfg.Seed, clock), schema: newSchema(), tables: map[string]*table{}, numbers: map[string]int{}}
	for _, t := range s.schema.types {
		s.table(t) // made now: readers share the lock
	}
	s.seed()
	if cfg.Drop > 0 {
		_, _ = s.kit.Faults.Add(simkit.Fault{Fault: simkit.DropAfter, Probability: cfg.Drop}) // the share is within its bounds
	}
	s.handler = s.kit.Handler(s.wire(), s.control())
	return s
}

// ServeHTTP serves the stand and its control endpoints.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run lets scripted officials act until ctx ends, and returns nil then.
func (s *Sim) Run(ctx context.Context) error { return s.kit.Run(ctx) }

// Serve is ServeHTTP and Run on a listener until ctx ends; running requests then
// have five seconds to finish.
func (s *Sim) Serve(ctx context.Context, ln net.Listener) error { return s.kit.Serve(ctx, ln, s) }

func (s *Sim) now() time.Time { return s.kit.Clock.Now().Truncate(time.Second) }
