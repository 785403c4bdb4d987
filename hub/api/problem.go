package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// problemType is one type of problem (RFC 9457): what its URN ends with.
type problemType struct {
	status int
	code   string
	title  string
}

// The types of problems. The code ends the URN and never changes.
var (
	badJSON     = problemType{http.StatusBadRequest, "malformed-json", "The body is not JSON"}
	badQuery    = problemType{http.StatusBadRequest, "bad-query", "A query parameter is wrong"}
	badRequest  = problemType{http.StatusBadRequest, "bad-request", "The request is wrong"}
	noToken     = problemType{http.StatusUnauthorized, "unauthorized", "A bearer token is needed"}
	crossSite   = problemType{http.StatusForbidden, "cross-site", "Requests from other sites are refused"}
	forbidden   = problemType{http.StatusForbidden, "forbidden", "The token may not do this"}
	denied      = problemType{http.StatusForbidden, "denied", "The sender is refused"}
	missing     = problemType{http.StatusNotFound, "not-found", "There is no such thing"}
	badMethod   = problemType{http.StatusMethodNotAllowed, "method-not-allowed", "The method is not allowed"}
	inFlight    = problemType{http.StatusConflict, "in-flight", "A request with this key is under way"}
	badState    = problemType{http.StatusConflict, "wrong-state", "The present state does not allow this"}
	tooLarge    = problemType{http.StatusRequestEntityTooLarge, "too-large", "The body is too large"}
	badType     = problemType{http.StatusUnsupportedMediaType, "media-type", "The body's media type is not taken"}
	invalid     = problemType{http.StatusUnprocessableEntity, "invalid", "The document breaks its contract"}
	keyReused   = problemType{http.StatusUnprocessableEntity, "key-reused", "The key was used for another body"}
	deadLetter  = problemType{http.StatusUnprocessableEntity, "dead-letter", "The message is a dead letter"}
	throttled   = problemType{http.StatusTooManyRequests, "throttled", "Too many requests"}
	broken      = problemType{http.StatusInternalServerError, "internal", "The hub failed"}
	unavailable = problemType{http.StatusServiceUnavailable, "unavailable", "The hub can't take this now"}
	full        = problemType{http.StatusInsufficientStorage, "storage-full", "The hub's disk is full"}
)

// problem is an error that the caller is told.
type problem struct {
	problemType
	detail   string
	problems []sdk.Problem
	after    time.Duration // for Retry-After
}

// with makes a problem of the type. The detail holds no personal data.
func (t problemType) with(format string, args ...any) *problem {
	return &problem{problemType: t, detail: fmt.Sprintf(format, args...)}
}

// Error returns the title and the detail.
func (p *problem) Error() string { return p.title + ": " + p.detail }

// errNoRoute answers paths that lead nowhere.
var errNoRoute = missing.with("no such path; /api/v1/openapi.yaml lists them")

// fail answers with err as a problem; what is the hub's own fault is logged, and where
// nothing can be kept for now once in a while only. A caller who seems to be gone is
// answered too: one whose body did not come in time is there, and silence would be a 200.
func (s *server) fail(x *exchange, err error) {
	gone := x.r.Context().Err() != nil
	p := problemOf(err)
	if p.status >= 500 && !gone && (p.after == 0 && p.status != full.status || s.said.Due(p.detail+rootOf(err))) {
		s.Log.Error("a request failed", append(x.trace(), "status", p.status, "error", loggable(err))...)
	}
	if x.status == 0 { // else the answer has begun: it stays short of its length
		x.problem(p)
	}
	if gone {
		x.status = statusGone
	}
}

// rootOf is the end of what the log tells of an error: what is before it may be of one
// request alone.
func rootOf(err error) string {
	text := loggable(err)
	return text[strings.LastIndex(text, ": ")+1:]
}

// statusGone is counted where the caller left, or was cut off, before an answer.
const statusGone = 499

// loggable leaves out what a system said: it may hold personal data.
func loggable(err error) string {
	var e *sdk.Error
	if errors.As(err, &e) {
		return e.Op + ": " + string(e.Kind)
	}
	return err.Error()
}

// problemOf says what an error means to a caller.
func problemOf(err error) *problem {
	var p *problem
	var validation *sdk.ValidationError
	var large *http.MaxBytesError
	var lacking *bus.Fault
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &validation):
		return invalidDocument(validation)
	case errors.As(err, &lacking):
		return unavailable.with("%s", lacking)
	case errors.As(err, &large):
		return tooLarge.with("more than %d bytes", large.Limit)
	case errors.Is(err, journal.ErrNotFound), errors.Is(err, spool.ErrNotFound):
		return missing.with("the hub holds nothing under this id")
	case errors.Is(err, journal.ErrState):
		return badState.with("what is settled already, or is under way just now, can't be changed")
	case errors.Is(err, bus.ErrTooLarge):
		return tooLarge.with("the document is larger than the inbound topic takes")
	case errors.Is(err, bus.ErrUnavailable):
		return &problem{problemType: unavailable, detail: "the brokers do not take it; send it again", after: retryAfter}
	case errors.Is(err, spool.ErrTooLarge):
		return tooLarge.with("the file is larger than allowed")
	case errors.Is(err, journal.ErrFull), errors.Is(err, spool.ErrFull):
		return full.with("nothing was kept; send it again when there is room")
	case errors.Is(err, spool.ErrUnavailable):
		return &problem{problemType: unavailable, detail: "files can't be kept or read now; send it again", after: retryAfter}
	case errors.Is(err, journal.ErrUnavailable), errors.Is(err, journal.ErrLocked), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &problem{problemType: unavailable, detail: "the journal does not answer; send it again", after: retryAfter}
	}
	return systemProblem(err)
}

// retryAfter is what a caller is asked to wait where nothing better is known.
const retryAfter = 5 * time.Second

// systemProblem says what a connector's error means to a caller.
func systemProblem(err error) *problem {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return broken.with("the hub's log has the cause under this request's id")
	}
	switch e.Kind {
	case sdk.Invalid, sdk.Rejected:
		return badRequest.with("the link's connector can't read this")
	case sdk.Denied:
		return denied.with("the link's connector refuses the sender")
	case sdk.NotFound, sdk.Unsupported:
		return missing.with("the link can't do this")
	case sdk.Conflict:
		return badState.with("the link's system holds something else under this id")
	case sdk.Throttled:
		return &problem{problemType: throttled, detail: "the link is at its limit", after: max(e.After, time.Second)}
	}
	return &problem{problemType: unavailable, detail: "the link can't do this now", after: max(e.After, retryAfter)}
}

// invalidDocument tells a document that is no JSON from one that breaks the
// schema.
func invalidDocument(v *sdk.ValidationError) *problem {
	p := &problem{problemType: invalid, detail: v.Error(), problems: v.Problems}
	for _, one := range v.Problems {
		if one.Rule == sdk.RuleSyntax || one.Rule == sdk.RuleTrailingData {
			p.problemType = badJSON
		}
	}
	return p
}

// problem writes p.
func (x *exchange) problem(p *problem) {
	if p.after > 0 {
		x.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.after.Seconds()))))
	}
	body, err := json.Marshal(struct {
		Type     string        `json:"type"`
		Title    string        `json:"title"`
		Status   int           `json:"status"`
		Detail   string        `json:"detail"`
		Request  string        `json:"request"`
		Problems []sdk.Problem `json:"problems,omitzero"`
	}{"urn:appealhub:problem:" + p.code, p.title, p.status, p.detail, x.requestID(), p.problems})
	if err != nil { // the parts are texts of ours
		body = []byte(`{"type":"urn:appealhub:problem:internal","status":500}`)
	}
	x.send(p.status, "application/problem+json", body)
}
