// Package deadline says by which date an appeal is to be answered. It is pure:
// no clock, no I/O.
//
// This is the basic rule: the portal's own term where it gives one, else thirty
// calendar days from registration (59-ФЗ art. 12 p. 1). The day of registration
// is not counted, so an appeal registered on day D is due on D+30, a local date
// of the organisation. The package knows no working calendar: a term that ends
// on a day off stays there. Moving it to the working day before or after, the
// shorter terms (20 days, 7 days to forward) and the platform's fast track are
// the deadline engine's, which is to come.
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

// AnswerBy returns the date by which a is to be answered, in the zone loc of
// its organisation, and where the date comes from. Taken is when the hub took
// this revision of the appeal.
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
