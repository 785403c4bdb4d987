package webhooksim

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// DefaultSecret is the key of a receiver that is given none.
const DefaultSecret = "whsec_YXBwZWFsaHViLXdlYmhvb2stc2ltdWxhdG9yLW9ubHk="

// Config is what a receiver is made of. The zero value is a working one.
type Config struct {
	Seed    uint64    // of faults by chance
	Secrets []string  // whsec_…; a message signed with any of them is taken; default DefaultSecret
	Start   time.Time // the clock stands still there until it is advanced; zero: real time
}

// Sim is one receiver.
type Sim struct {
	kit     *simkit.Kit
	handler http.Handler

	mu      sync.Mutex
	keys    [][]byte
	taken   []*Message
	byID    map[string]*Message
	refused map[int]int // by status
}

// New makes a receiver that has got nothing yet. The error names a secret that
// can't be read by its place.
func New(cfg Config) (*Sim, error) {
	if cfg.Secrets == nil {
		cfg.Secrets = []string{DefaultSecret}
	}
	keys, err := readKeys(cfg.Secrets)
	if err != nil {
		return nil, err
	}
	var clock *simkit.Clock
	if !cfg.Start.IsZero() {
		clock = simkit.NewFrozenClock(cfg.Start)
	}
	s := &Sim{kit: simkit.New(cfg.Seed, clock), keys: keys, byID: map[string]*Message{}, refused: map[int]int{}}
	s.handler = s.kit.Handler(http.HandlerFunc(s.receive), s.control())
	return s, nil
}

// ServeHTTP serves the receiver and its control endpoints.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve is ServeHTTP on a listener until ctx ends; running requests then have
// five seconds to finish.
func (s *Sim) Serve(ctx context.Context, ln net.Listener) error { return s.kit.Serve(ctx, ln, s) }
