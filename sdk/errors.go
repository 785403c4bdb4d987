package sdk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind says what a failure means. The hub's policy follows the kind, never the
// text of an error.
type Kind string

// The kinds. What becomes of a delivery:
//
//   - Transient is retried after Error.After, or with backoff from a second to an
//     hour; without end while the link is down, and up to the link's max_attempts
//     (20) while it is up.
//   - Throttled is retried after Error.After without end, and the link is left in
//     peace until then, a minute at most.
//   - Denied pauses the link, which is tried once a minute until it is let in
//     again. Where the connector is a Checker whose Check passes, it is that
//     delivery's own, and retried with backoff up to max_attempts.
//   - The others make a dead letter, which holds back what follows for that appeal
//     on that link. A status is tried a few times before, after Conflict and
//     NotFound.
const (
	Transient   Kind = "transient"   // may go by itself: network, time-out, 5xx
	Throttled   Kind = "throttled"   // too many requests; see Error.After
	Denied      Kind = "denied"      // credentials or rights refused
	Rejected    Kind = "rejected"    // the system understood and refuses this item
	Invalid     Kind = "invalid"     // the item or answer breaks the contract
	NotFound    Kind = "not_found"   // the record named does not exist there
	Conflict    Kind = "conflict"    // the system holds something else under this id
	Unsupported Kind = "unsupported" // the system can't do this
)

// Kinds lists every kind, for validation and metrics.
func Kinds() []Kind {
	return []Kind{Transient, Throttled, Denied, Rejected, Invalid, NotFound, Conflict, Unsupported}
}

// Error is a classified failure of a connector call.
type Error struct {
	Kind  Kind
	Op    string        // what was being done: "create document"
	After time.Duration // of Transient and Throttled: try no sooner than this, a day at most; zero: the hub's own backoff
	Err   error         // cause, in the system's own words where it gives any; no secret. The hub keeps it sealed and logs Kind and Op only
}

// Error returns "op: cause".
func (e *Error) Error() string {
	switch {
	case e == nil:
		return "<nil>"
	case e.Err == nil:
		return e.Op + ": " + string(e.Kind)
	case e.Op == "":
		return e.Err.Error()
	default:
		return e.Op + ": " + e.Err.Error()
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Errorf makes an Error with a formatted cause; %w wraps.
func Errorf(kind Kind, op, format string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind of the outermost Error in err's chain. An
// unclassified error, and one of a kind that is none of Kinds, is Transient: it
// is retried and, in the end, seen. A cancelled or timed-out context is
// Transient too.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) && e != nil && slices.Contains(Kinds(), e.Kind) {
		return e.Kind
	}
	return Transient
}

// AfterOf returns how long err asks to wait before the next try; zero where it
// doesn't say.
func AfterOf(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e.After
	}
	return 0
}

// TimedOut reports whether err is a time-out: the request may have been carried
// out all the same.
func TimedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
