package deadline

import (
	"slices"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Moment is when something happened: an instant, or a local date where only
// that is known. The zero value is never.
type Moment struct {
	At   time.Time
	Date sdk.Date // where At is zero
}

// At is the moment of the instant t.
func At(t time.Time) Moment { return Moment{At: t} }

// On is the moment of a date whose hour is not known.
func On(d sdk.Date) Moment { return Moment{Date: d} }

// IsZero reports whether it never happened.
func (m *Moment) IsZero() bool { return m.Date.Day == 0 && m.At.IsZero() }

// In returns the local date of the moment in a zone.
func (m *Moment) In(zone *time.Location) sdk.Date {
	if m.At.IsZero() {
		return m.Date
	}
	return sdk.DateOf(m.At.In(zone))
}

// midnightUTC reports whether the moment looks like a local date that its
// system has marked as UTC: 00:00:00Z.
func (m *Moment) midnightUTC() bool {
	if m.At.IsZero() {
		return false
	}
	_, offset := m.At.Zone()
	return offset == 0 && m.At.Unix()%secondsOfDay == 0
}

// bare reports whether only the date is known, be it written as midnight UTC.
func (m *Moment) bare() bool { return m.At.IsZero() || m.midnightUTC() }

// Event is something that starts, restarts or ends a term.
type Event string

// The events.
const (
	Received           Event = "received"            // the appeal came in
	Registered         Event = "registered"          // it was registered
	Forwarded          Event = "forwarded"           // it was sent on to the competent body
	Notified           Event = "notified"            // the applicant was told (forwarded, unreadable, …)
	Returned           Event = "returned"            // it was sent back to the applicant
	DocumentsRequested Event = "documents_requested" // another body was asked for documents
	DocumentsSupplied  Event = "documents_supplied"  // it gave them
	ExtensionNotified  Event = "extension_notified"  // the applicant was told of the extension
	Answered           Event = "answered"            // the answer was given
	LeftUnanswered     Event = "left_unanswered"     // it was refused, or left without an answer
	ReworkRequested    Event = "rework_requested"    // repeated consideration was asked for («Повторное рассмотрение»)
	AnswerAt           Event = "answer_at"           // no event: the portal's own date for the answer
	Promised           Event = "promised"            // no event: the date that an interim answer promises
)

// Events lists every event, in the order of an appeal's life.
func Events() []Event { return slices.Clone(events) }

var events = []Event{
	Received, Registered, Forwarded, Notified, Returned, DocumentsRequested, DocumentsSupplied,
	ExtensionNotified, Answered, LeftUnanswered, ReworkRequested, AnswerAt, Promised,
}

// Extension is one extension of the term of the answer (59-ФЗ art. 12 p. 2).
type Extension struct {
	On    Moment   // when it was decided; may be unknown
	Until sdk.Date // the date that it names; zero: by as much as the rule gives
}

// Facts are what the terms of one appeal depend on.
type Facts struct {
	Kind      sdk.AppealKind
	Zone      *time.Location // of the organisation; nil: UTC
	Policy    Policy         // of the organisation; empty: PreviousWorkingDay
	DecreeOff bool           // non-working days by decree are days off to the organisation
	// Categories are the operator's, or grounds that the rules know, such as
	// unreadable; the more special ones first.
	Categories []string

	Received           Moment
	Registered         Moment // zero: the day of receipt, marked as assumed
	Forwarded          Moment
	Notified           Moment
	Returned           Moment
	DocumentsRequested Moment
	DocumentsSupplied  Moment
	ExtensionNotified  Moment
	First              Moment // the first answer; zero: it is Answered
	Closed             Moment // what ended the work otherwise, before the first request for rework
	ClosedBy           Event  // which event that was
	Answered           Moment // the last answer, to the last rework where there was one
	LeftUnanswered     Moment
	ReworkRequested    Moment // the last request
	AnswerAt           Moment // the portal's term as it now stands, authoritative
	Promised           Moment // by the last interim answer

	Extensions  []Extension
	Suspensions []Suspension
}

// eventCount is how many events there are.
const eventCount = 13

// moments are where the events' moments stand, in the order of Events.
func (f *Facts) moments() [eventCount]*Moment {
	return [eventCount]*Moment{
		&f.Received, &f.Registered, &f.Forwarded, &f.Notified, &f.Returned, &f.DocumentsRequested, &f.DocumentsSupplied,
		&f.ExtensionNotified, &f.Answered, &f.LeftUnanswered, &f.ReworkRequested, &f.AnswerAt, &f.Promised,
	}
}

func (e Event) index() int { return slices.Index(events, e) }

// Moment returns where the moment of an event stands, for reading and setting;
// nil of an unknown event.
func (f *Facts) Moment(e Event) *Moment {
	if i := e.index(); i >= 0 {
		return f.moments()[i]
	}
	return nil
}

// registration is when the appeal was registered. Without one, receipt stands
// for it, as an assumption.
func (f *Facts) registration() (m *Moment, assumed bool) {
	if f.Registered.IsZero() {
		return &f.Received, !f.Received.IsZero()
	}
	return &f.Registered, false
}

// before is when an event happened before repeated consideration was asked for: at m,
// which is when it happened last, where nothing else is kept.
func (f *Facts) before(e Event, m *Moment) *Moment {
	switch {
	case e == Answered && !f.First.IsZero():
		return &f.First
	case e == f.ClosedBy && !f.Closed.IsZero():
		return &f.Closed
	}
	return m
}

// answered is when the first answer was given.
func (f *Facts) answered() *Moment {
	if f.First.IsZero() {
		return &f.Answered
	}
	return &f.First
}

// zone is the organisation's; UTC where there is none.
func (f *Facts) zone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}
