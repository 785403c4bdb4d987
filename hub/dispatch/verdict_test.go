package dispatch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

func TestVerdict(t *testing.T) {
	const retry, dead = journal.SettleRetry, journal.SettleDead
	after := func(kind sdk.Kind, d time.Duration) error { return &sdk.Error{Kind: kind, After: d} }
	second := verdict{as: retry, kind: sdk.Transient, after: time.Second, counts: true}
	for name, c := range map[string]struct {
		err  error
		want verdict // after within ±20 % where it isn't firm
	}{
		"transient: backoff":                      {after(sdk.Transient, 0), second},
		"unclassified is transient":               {errors.New("no idea"), second},
		"transient with the system's own word":    {after(sdk.Transient, time.Minute), verdict{retry, sdk.Transient, time.Minute, true, true}},
		"a word beyond a day is not taken":        {after(sdk.Transient, 1000*time.Hour), verdict{retry, sdk.Transient, 24 * time.Hour, true, true}},
		"throttled never counts":                  {after(sdk.Throttled, 7*time.Second), verdict{retry, sdk.Throttled, 7 * time.Second, true, false}},
		"throttled without a time":                {after(sdk.Throttled, 0), verdict{retry, sdk.Throttled, time.Second, false, false}},
		"denied: backoff, where the link goes on": {after(sdk.Denied, time.Hour), verdict{retry, sdk.Denied, time.Second, false, true}},
		"rejected":                                  {after(sdk.Rejected, 0), verdict{dead, sdk.Rejected, 0, false, true}},
		"invalid":                                   {after(sdk.Invalid, 0), verdict{dead, sdk.Invalid, 0, false, true}},
		"not found":                                 {after(sdk.NotFound, 0), verdict{dead, sdk.NotFound, 0, false, true}},
		"conflict":                                  {after(sdk.Conflict, 0), verdict{dead, sdk.Conflict, 0, false, true}},
		"unsupported":                               {after(sdk.Unsupported, 0), verdict{dead, sdk.Unsupported, 0, false, true}},
		"our disk is full: waits, never counts":     {ownError{fmt.Errorf("put: %w", spool.ErrFull)}, verdict{retry, sdk.Transient, fullRetry, true, false}},
		"our server is silent: waits too":           {ownError{fmt.Errorf("open: %w", &spool.BucketError{Unreachable: true})}, verdict{retry, sdk.Transient, fullRetry, true, false}},
		"our server refuses all: waits too":         {ownError{&spool.BucketError{Closed: true}}, verdict{retry, sdk.Transient, fullRetry, true, false}},
		"our server refuses":                        {ownError{&spool.BucketError{}}, second},
		"our disk fails otherwise":                  {ownError{errors.New("i/o error")}, second},
		"our file is gone: no retry brings it":      {ownError{spool.ErrNotFound}, verdict{dead, sdk.NotFound, 0, false, true}},
		"our file went bad: no retry makes it good": {ownError{spool.ErrCorrupt}, verdict{dead, sdk.Invalid, 0, false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			got := (*outlet)(nil).verdict(&journal.Claimed{}, c.err)
			if off := (got.after - c.want.after).Abs(); off > c.want.after/5 || got.firm && off != 0 {
				t.Errorf("after %v, want %v", got.after, c.want.after)
			}
			got.after = c.want.after
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(verdict{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEarly: a status that its item's acknowledgement has not overtaken yet is tried
// again a few times; so is nothing else.
func TestEarly(t *testing.T) {
	for _, c := range []struct {
		verb     journal.Verb
		kind     sdk.Kind
		attempts int
		want     journal.SettleAs
	}{
		{journal.VerbStatus, sdk.Conflict, 0, journal.SettleRetry},
		{journal.VerbStatus, sdk.NotFound, earlyAttempts - 1, journal.SettleRetry},
		{journal.VerbStatus, sdk.Conflict, earlyAttempts, journal.SettleDead},
		{journal.VerbStatus, sdk.Rejected, 0, journal.SettleDead},
		{journal.VerbAppeal, sdk.Conflict, 0, journal.SettleDead},
		{journal.VerbAttachment, sdk.NotFound, 0, journal.SettleDead},
	} {
		d := &journal.Claimed{Delivery: journal.Delivery{Verb: c.verb, Attempts: c.attempts}}
		if got := (*outlet)(nil).verdict(d, &sdk.Error{Kind: c.kind}); got.as != c.want || !got.counts {
			t.Errorf("%s, %s after %d: %+v", c.verb, c.kind, c.attempts, got)
		}
	}
}

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		n      int
		chance float64
		want   time.Duration
	}{
		{0, 0.5, time.Second},
		{0, 0, 800 * time.Millisecond},
		{1, 0.5, 2 * time.Second},
		{5, 1, 38400 * time.Millisecond},
		{11, 0.5, 2048 * time.Second},
		{12, 0.5, time.Hour},
		{1000, 0, 48 * time.Minute},
	} {
		if got := backoff(c.n, c.chance); (got - c.want).Abs() > time.Microsecond {
			t.Errorf("after %d failures: %v, want %v", c.n, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	if got := cut("short"); got != "short" {
		t.Errorf("got %q", got)
	}
	got := cut(strings.Repeat("ы", maxError))
	if len(got) > maxError+len("…") || !utf8.ValidString(got) {
		t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
	}
}
