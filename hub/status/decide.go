package status

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Verdict says what becomes of a change.
type Verdict string

// The verdicts.
const (
	Applied  Verdict = "applied"      // its status is the present one from now on
	NoStatus Verdict = "no_status"    // a number, a term, a rating: news that leaves the status alone
	Stale    Verdict = "stale"        // older than what has been applied
	Illegal  Verdict = "illegal_move" // not reachable from the present status
	Unmapped Verdict = "unmapped"     // a status of the system's without a canonical one
)

// Decide says what becomes of change c of an appeal whose status stands for the
// time since: see Since.
//
// A change older than the applied one never overwrites it, whatever it says;
// one of the same time may. The same status again is applied: it brings a
// second interim answer, a number, a corrected outcome. The hub's own clock
// makes nothing stale: the EDMS's clock is another one, its times are often bare
// dates, and the clock of one of the nodes may be wrong. So a change without a
// time of its own is as new as it is late.
//
// A move that reopens an ended appeal (see Move) must say so itself: it is legal
// only if c bears the system's own time, later than that of the ending.
// Otherwise a late copy of an old status could take an answer back.
func Decide(present sdk.Status, since time.Time, c sdk.StatusChange) Verdict {
	switch {
	case c.Unmapped():
		return Unmapped
	case c.Status == "":
		return NoStatus
	case !c.At.IsZero() && older(c.At, since) && !hubsOwn(present):
		return Stale
	case c.Status == present:
		return Applied
	}
	switch by(present, c.Status) {
	case forward:
		return Applied
	case reopening:
		if !c.At.IsZero() && c.At.After(since) {
			return Applied
		}
	}
	return Illegal
}

// At is when c happened: the time it bears, else the hub's.
func At(c sdk.StatusChange, hub time.Time) time.Time {
	if c.At.IsZero() {
		return hub
	}
	return c.At
}

// Since is the time that the status stands for once c is applied: the latest that
// a system gave, zero before one did. The hub's own time at the reception is none
// of these, and a bare date does not take the mark back to the morning.
func Since(present sdk.Status, before time.Time, c sdk.StatusChange) time.Time {
	if hubsOwn(present) {
		before = time.Time{}
	}
	if c.At.Before(before) {
		return before
	}
	return c.At
}

// hubsOwn reports whether the hub sets s itself.
func hubsOwn(s sdk.Status) bool {
	return s == "" || s == sdk.StatusReceived || s == sdk.StatusDelivered
}

// older reports whether at lies before since. Midnight in a time's own zone is
// taken for a bare date, which lies before the next midnight at the latest.
func older(at, since time.Time) bool {
	if h, m, s := at.Clock(); h == 0 && m == 0 && s == 0 && at.Nanosecond() == 0 {
		return !since.Before(at.AddDate(0, 0, 1))
	}
	return at.Before(since)
}
