package dispatch

import (
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// verdict is what an error means for the delivery, the link being up.
type verdict struct {
	as     journal.SettleAs
	kind   sdk.Kind
	after  time.Duration // for a retry
	firm   bool
	counts bool
}

// Bounds of the time to the next attempt.
const (
	firstRetry = time.Second
	lastRetry  = time.Hour
	maxAfter   = 24 * time.Hour   // of what a system may ask for
	fullRetry  = 10 * time.Second // while the spool's disk is full, or its server silent
)

// No retry is put off so far that the journal takes it for one of before the clock was
// put back: a number below zero does not compile.
const (
	_ = uint64(journal.FurthestRetry - lastRetry*6/5)
	_ = uint64(journal.FurthestFirm - maxAfter)
)

// ownError is a failure of the hub's own disk: it says nothing of the link.
type ownError struct{ error }

// Unwrap returns the cause.
func (e ownError) Unwrap() error { return e.error }

// verdict follows the error's kind and nothing else.
func (o *outlet) verdict(c *journal.Claimed, err error) verdict {
	if errors.As(err, new(ownError)) {
		return ofOwn(c, err)
	}
	v := verdict{as: journal.SettleRetry, kind: sdk.KindOf(err), after: backoff(c.Attempts, rand.Float64())}
	asked := min(sdk.AfterOf(err), maxAfter)
	switch v.kind {
	case sdk.Transient, sdk.Throttled:
		v.counts = v.kind == sdk.Transient
		if asked > 0 {
			v.after, v.firm = asked, true
		}
	case sdk.Denied:
		v.counts = true // unless it pauses the link
	default:
		v.counts = true
		if !early(c, v.kind) {
			v.as, v.after = journal.SettleDead, 0
		}
	}
	return v
}

// early reports whether a status may have come before the system knew that its item is
// taken: it does after a few attempts.
func early(c *journal.Claimed, kind sdk.Kind) bool {
	return c.Verb == journal.VerbStatus && (kind == sdk.Conflict || kind == sdk.NotFound) && c.Attempts < earlyAttempts
}

// earlyAttempts are half a minute.
const earlyAttempts = 5

// ofOwn is the verdict on a failure of the spool.
func ofOwn(c *journal.Claimed, err error) verdict {
	switch {
	case errors.Is(err, spool.ErrFull), silent(err):
		return verdict{as: journal.SettleRetry, kind: sdk.Transient, after: fullRetry, firm: true}
	case errors.Is(err, spool.ErrNotFound):
		return verdict{as: journal.SettleDead, kind: sdk.NotFound, counts: true}
	case errors.Is(err, spool.ErrCorrupt):
		return verdict{as: journal.SettleDead, kind: sdk.Invalid, counts: true}
	}
	return verdict{as: journal.SettleRetry, kind: sdk.Transient, after: backoff(c.Attempts, rand.Float64()), counts: true}
}

// silent reports whether the spool's server can't be reached, or refuses its keys: then no
// delivery gets its file, and none is to become a dead letter of it.
func silent(err error) bool {
	var server *spool.BucketError
	return errors.As(err, &server) && (server.Unreachable || server.Closed)
}

// backoff is the time to the next attempt after n counted failures before this
// one: 1s·2^n up to an hour, ±20 % by chance from 0 to 1.
func backoff(n int, chance float64) time.Duration {
	d := firstRetry
	for ; n > 0 && d < lastRetry; n-- {
		d *= 2
	}
	return time.Duration(float64(min(d, lastRetry)) * (0.8 + 0.4*chance))
}

// maxError bounds an error's text, in bytes.
const maxError = 4 << 10

// cut keeps a system's page of words from filling the journal.
func cut(text string) string {
	if len(text) <= maxError {
		return text
	}
	return strings.ToValidUTF8(text[:maxError], "") + "…"
}
