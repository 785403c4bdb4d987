package sdk

import (
	"context"
	"time"
)

// DeadlineSink is an optional ability: the system has a place for news of an
// appeal's terms, as a controller's calendar or a webhook has.
//
// A link whose system takes appeals is told of those that it holds; one that
// takes nothing else is told of every appeal, or of those of the organisation
// that its configuration names.
type DeadlineSink interface {
	// DeliverDeadline tells the system of n on its own record to; to is zero
	// where the system holds no record of the appeal. It is idempotent on n.ID
	// and sends the same bytes on every retry.
	DeliverDeadline(ctx context.Context, to Ref, n Deadline) (Receipt, error)
}

// DigestSink is an optional ability: the system is told of an organisation's
// terms once a day.
type DigestSink interface {
	// DeliverDigest tells the system of d. It is idempotent on d.ID. After an
	// error of whatever kind it is told again within minutes, on that day.
	DeliverDigest(ctx context.Context, d Digest) error
}

// Digest is one organisation's open terms on one day. It holds no personal data.
type Digest struct {
	ID           string    `json:"id"` // UUID made of the rest: the same digest has the same
	Organisation string    `json:"organisation"`
	Date         Date      `json:"date"`      // the organisation's local date
	Overdue      int       `json:"overdue"`   // terms that have passed
	DueToday     int       `json:"due_today"` // that end on Date
	DueSoon      int       `json:"due_soon"`  // that end after it, within the longest distance at which a term is near
	Items        []DueTerm `json:"items"`     // of all these the earliest, 100 at most
}

// DueTerm is one open term.
type DueTerm struct {
	Appeal string `json:"appeal"` // the hub's id
	Term   string `json:"term"`
	Due    Date   `json:"due"`

	Provisional bool `json:"provisional,omitzero"` // Due rests on a calendar that may still change, or is missing
}

// DeadlineNews says what happened to a term.
type DeadlineNews string

// What happens to terms. Each is told once for an appeal, a term, the date due
// and, before it, the distance.
const (
	DeadlineNear      DeadlineNews = "near"      // it ends soon
	DeadlinePassed    DeadlineNews = "passed"    // it has ended, and what was due has not happened
	DeadlineWithdrawn DeadlineNews = "withdrawn" // passed was told, and the term ends later after all, was met in time, or is Dropped
	DeadlineMoved     DeadlineNews = "moved"     // rules or calendar were changed: it ends on another day, is new (no Was), or is Dropped
)

// Deadline is news of one term of an appeal. It holds no personal data.
type Deadline struct {
	ID           string       `json:"id"`     // of the event, UUIDv7; the same on every retry
	News         DeadlineNews `json:"news"`   // what happened
	At           time.Time    `json:"at"`     // when the hub saw it
	Appeal       string       `json:"appeal"` // the hub's id
	Source       Ref          `json:"source"` // the record that the appeal came from
	Organisation string       `json:"organisation,omitzero"`
	Term         string       `json:"term"`             // registration, answer, …
	Due          Date         `json:"due"`              // the last day, local to the organisation
	DueAt        time.Time    `json:"due_at,omitzero"`  // of a term in hours
	Was          Date         `json:"was,omitzero"`     // the last day before it moved; zero for moved: it did not run before
	Dropped      bool         `json:"dropped,omitzero"` // for moved and withdrawn: it does not run, and Due is the last day as it was
	Ahead        string       `json:"ahead,omitzero"`   // for near: how long before its end, 3d or 4h

	Provisional bool `json:"provisional,omitzero"` // Due rests on a calendar that may still change, or is missing
}
