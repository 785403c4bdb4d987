package deadline

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Days is the term of consideration in calendar days (59-ФЗ art. 12 p. 1).
const Days = 30

// Where a term comes from, as AnswerBy tells.
const (
	FromPortal     = "portal"        // the portal's own term, authoritative
	FromRework     = "rework"        // thirty days from the request for repeated consideration
	FromRegistered = "registered_at" // thirty days from registration at the source
	FromReceived   = "received_at"   // thirty days from submission: the source names no registration
	FromHub        = "hub"           // thirty days from the hub's own clock: the source names no time at all
)

// AnswerBy returns the date by which a is to be answered by the basic rule alone,
// in the zone loc of its organisation, and where the date comes from: the
// portal's own term where it gives one, else thirty calendar days, not moved off
// a day off. Taken is when the hub took this revision of the appeal.
func AnswerBy(a *sdk.Appeal, taken time.Time, loc *time.Location) (due sdk.Date, source string) {
	if !a.AnswerBy.IsZero() {
		return a.AnswerBy, FromPortal
	}
	from, source := start(a, taken)
	return After(from, loc), source
}

// After returns the date on which a term that starts at the time from ends.
func After(from time.Time, loc *time.Location) sdk.Date {
	return sdk.DateOf(from.In(loc)).AddDays(Days)
}

// start is the event from which the term runs.
func start(a *sdk.Appeal, taken time.Time) (from time.Time, source string) {
	switch {
	case a.Rework.Round > 0 && !a.Rework.At.IsZero():
		return a.Rework.At, FromRework
	case a.Rework.Round > 0:
		return taken, FromRework
	case !a.RegisteredAt.IsZero():
		return a.RegisteredAt, FromRegistered
	case !a.ReceivedAt.IsZero():
		return a.ReceivedAt, FromReceived
	}
	return taken, FromHub
}
