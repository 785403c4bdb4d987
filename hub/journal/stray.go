package journal

import (
	"sync"
	"time"
)

// How far ahead a delivery's Due may lie: that of a retry, and one that is firm.
// What lies further was set before the clock was put back, and is due.
const (
	FurthestRetry = 90 * time.Minute
	FurthestFirm  = 25 * time.Hour
)

// strayTime is the time between two looks for such deliveries of a link.
const strayTime = time.Minute

// Strays tells a driver when to look for deliveries of a link whose Due lies further
// ahead than it may. The zero value is ready; its methods may be called from many
// goroutines.
type Strays struct {
	mu   sync.Mutex
	seen map[string]time.Time // by link
}

// Sought reports whether they are to be looked for at the time now.
func (s *Strays) Sought(link string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.seen[link]
	return !known || now.Before(last) || now.Sub(last) >= strayTime
}

// None notes that there are none, but for those that were found at the time now.
func (s *Strays) None(link string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]time.Time{}
	}
	s.seen[link] = now
}
