package journal_test

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// TestBreaker: three transient failures in a row take a link down; the time to
// each next probe doubles up to a minute; one answer brings it up.
func TestBreaker(t *testing.T) {
	var s journal.LinkState
	for n := range journal.DownAfter - 1 {
		if s.Failed(sdk.Transient, "refused", noon); s.Down() || !s.MayCall(noon) {
			t.Fatalf("down after %d failures", n+1)
		}
	}
	waits := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}
	for i, want := range waits {
		at := noon.Add(time.Duration(i) * time.Hour)
		s.Failed(sdk.Transient, "refused", at)
		if got := s.NextProbe.Sub(at); got != want*time.Second {
			t.Errorf("probe %d comes after %v, want %v", i+1, got, want*time.Second)
		}
		if s.MayCall(s.NextProbe.Add(-1)) || !s.MayCall(s.NextProbe) {
			t.Errorf("probe %d: the link may be called before its time, or not then", i+1)
		}
	}
	if s.DownSince != noon || s.LastKind != sdk.Transient || s.LastError != "refused" {
		t.Errorf("got %+v", s)
	}
	if !s.Answered() || s != (journal.LinkState{}) {
		t.Errorf("after an answer: %+v", s)
	}
	if s.Answered() {
		t.Error("a second answer changed something")
	}
}

// TestBreakerForgets: failures count in a row only.
func TestBreakerForgets(t *testing.T) {
	var s journal.LinkState
	for range 10 {
		s.Failed(sdk.Transient, "", noon)
		s.Failed(sdk.Transient, "", noon)
		s.Answered()
	}
	if s.Down() {
		t.Error("down after two failures in a row")
	}
}

// TestDenied: refused credentials pause the link at once. Its own pause ends with
// an answer, an operator's does not.
func TestDenied(t *testing.T) {
	var s journal.LinkState
	if s.Failed(sdk.Denied, "401", noon); !s.Paused || s.Down() || s.MayCall(noon.Add(time.Hour)) {
		t.Errorf("got %+v", s)
	}
	if !s.Answered() || s.Paused {
		t.Error("the hub's own pause outlives an answer")
	}
	s.Paused, s.PausedBy = true, "operator"
	if s.Answered(); !s.Paused {
		t.Error("an answer ends an operator's pause")
	}
}

// TestOtherKinds: a system that refuses an item is up.
func TestOtherKinds(t *testing.T) {
	for _, kind := range []sdk.Kind{sdk.Rejected, sdk.Invalid, sdk.NotFound, sdk.Conflict, sdk.Unsupported, sdk.Throttled} {
		var s journal.LinkState
		for range 5 {
			s.Failed(kind, "", noon)
		}
		if s.Paused || s.Down() {
			t.Errorf("%s: %+v", kind, s)
		}
	}
}

// TestProbeAfterTheClockWasPutBack: a link is not left alone for as long as the
// clock was wrong.
func TestProbeAfterTheClockWasPutBack(t *testing.T) {
	var s journal.LinkState
	for range journal.DownAfter + 10 { // the longest wait
		s.Failed(sdk.Transient, "", noon)
	}
	for _, c := range []struct {
		passed time.Duration
		may    bool
	}{
		{0, false}, {journal.LastProbe - time.Second, false}, {journal.LastProbe, true}, {time.Hour, true},
		{-time.Second, true}, {-time.Hour, true},
	} {
		if got := s.MayCall(noon.Add(c.passed)); got != c.may {
			t.Errorf("%s after the failure: %v", c.passed, got)
		}
	}
	s.Paused = true
	if s.MayCall(noon.Add(-time.Hour)) {
		t.Error("a paused link is called")
	}
}
