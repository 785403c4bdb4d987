package journal

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// DownAfter is how many transient failures in a row mean that a link is down.
const DownAfter = 3

// Bounds of the time between two probes of a link that is down: it doubles from
// one to the other.
const (
	FirstProbe = time.Second
	LastProbe  = time.Minute
)

// MayCall reports whether a call of the link is allowed at now: it is not
// paused, and if it is down its next probe is due.
func (s LinkState) MayCall(now time.Time) bool {
	return !s.Paused && (!s.Down() || s.ProbeDue(now))
}

// ProbeDue reports whether a link that is down may get its next probe. One that
// lies further off than any probe is put off was set before the clock was put
// back, and is due.
func (s LinkState) ProbeDue(now time.Time) bool {
	return !now.Before(s.NextProbe) || s.NextProbe.Sub(now) > LastProbe
}

// Answered follows a call that the system answered, be it with a refusal of the
// item: the link is up. A pause by the hub ends, one by an operator stays. It
// reports whether anything changed.
func (s *LinkState) Answered() bool {
	was := *s
	s.Failures, s.DownSince, s.NextProbe, s.LastKind, s.LastError = 0, time.Time{}, time.Time{}, "", ""
	if s.Paused && s.PausedBy == "" {
		s.Paused = false
	}
	return *s != was
}

// Refused keeps of a feed (FeedOf) what its system said instead of a page, until
// the feed is read: see Answered. It reports whether anything changed.
func (s *LinkState) Refused(kind sdk.Kind, text string) bool {
	was := *s
	s.Answered()
	s.LastKind, s.LastError = kind, text
	return *s != was
}

// Failed follows a call that failed with an error of the kind given at the time
// at; text is for operators. Denied pauses the link; DownAfter transient
// failures in a row take it down, and each one after puts the next probe off.
// Other kinds are answers: see Answered.
func (s *LinkState) Failed(kind sdk.Kind, text string, at time.Time) {
	s.LastKind, s.LastError = kind, text
	switch kind {
	case sdk.Denied:
		s.Paused = true
	case sdk.Transient:
		s.Failures++
		if s.Failures < DownAfter {
			return
		}
		if s.DownSince.IsZero() {
			s.DownSince = Cut(at)
		}
		s.NextProbe = Cut(at.Add(probeDelay(s.Failures - DownAfter)))
	}
}

// probeDelay is the time to the next probe after n failed ones.
func probeDelay(n int) time.Duration {
	delay := FirstProbe
	for ; n > 0 && delay < LastProbe; n-- {
		delay *= 2
	}
	return min(delay, LastProbe)
}
