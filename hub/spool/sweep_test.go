package spool

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSweep: what is old and nobody's is removed, in a folder and in a bucket; what
// somebody needs, is young, or was put again meanwhile stays.
func TestSweep(t *testing.T) {
	t.Run("folder", func(t *testing.T) { sweepExam(t, open(t)) })
	t.Run("bucket", func(t *testing.T) { sweepExam(t, openBucket(t, bucketAt(t))) })
}

func sweepExam(t *testing.T, s *Spool) {
	needed, nobodys := put(t, s, "needed"), put(t, s, "nobody's")
	refs := func(_ context.Context, digests []string) (out []string, err error) {
		for _, d := range digests {
			if d == needed.SHA256 {
				out = append(out, d)
			}
		}
		return out, nil
	}
	later := time.Now().Add(time.Hour)
	sweep := func(why string, w Sweep, want Swept) {
		t.Helper()
		w.Referenced = refs
		got, err := s.Sweep(t.Context(), w)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", why, err, d)
		}
	}
	sweep("all is young", Sweep{Before: time.Now().Add(-time.Hour)}, Swept{Seen: 2, SeenBytes: 14})
	sweep("only counted", Sweep{Before: later, DryRun: true}, Swept{Seen: 2, SeenBytes: 14, Removed: 1, RemovedBytes: 8})
	if _, err := s.Stat(nobodys.SHA256); err != nil {
		t.Errorf("a dry run removed it: %v", err)
	}
	sweep("swept", Sweep{Before: later}, Swept{Seen: 2, SeenBytes: 14, Removed: 1, RemovedBytes: 8})
	if _, err := s.Stat(nobodys.SHA256); !errors.Is(err, ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
	if got, err := read(s, needed.SHA256); err != nil || got != "needed" {
		t.Errorf("what is needed: %q, %v", got, err)
	}
	down := errors.New("the journal is down")
	put(t, s, "nobody's")
	if _, err := s.Sweep(t.Context(), Sweep{Before: later, Referenced: func(context.Context, []string) ([]string, error) { return nil, down }}); !errors.Is(err, down) {
		t.Errorf("nobody can tell: %v", err)
	}
	if _, err := s.Stat(nobodys.SHA256); err != nil {
		t.Errorf("it was removed though nobody could tell: %v", err)
	}
}

// TestSweepSparesWhatIsPutAgain: a file that is put between the list and its
// removal stays.
func TestSweepSparesWhatIsPutAgain(t *testing.T) {
	s := open(t)
	o := put(t, s, "again")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(s.path(o.SHA256), old, old); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sweep(t.Context(), Sweep{Before: old.Add(time.Minute), Referenced: func(context.Context, []string) ([]string, error) {
		put(t, s, "again")
		return nil, nil
	}})
	if err != nil || got.Removed != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Stat(o.SHA256); err != nil {
		t.Error(err)
	}
}

// TestSweepBesideAnother: what another sweep has taken meanwhile is no failure, and
// keeps nothing from being removed.
func TestSweepBesideAnother(t *testing.T) {
	s := open(t)
	for _, body := range []string{"taken", "left", "too"} {
		put(t, s, body)
	}
	taken := put(t, s, "taken")
	got, err := s.Sweep(t.Context(), Sweep{Before: time.Now().Add(time.Minute), Referenced: func(context.Context, []string) ([]string, error) {
		return nil, os.Remove(s.path(taken.SHA256))
	}})
	if err != nil || got.Seen != 3 || got.Removed != 2 || len(files(t, s)) != 0 {
		t.Errorf("%+v, %v, left %v", got, err, files(t, s))
	}
}

// TestSweepSparesWhatIsKept: an old file that is kept is as young as one that was just
// put; one that is young already is left alone, and one that is not there is told.
func TestSweepSparesWhatIsKept(t *testing.T) {
	s := open(t)
	old, young := time.Now().Add(-8*24*time.Hour), time.Now().Add(-time.Minute).Truncate(time.Second)
	kept, other, late := put(t, s, "kept"), put(t, s, "other"), put(t, s, "late")
	for o, at := range map[Object]time.Time{kept: old, other: old, late: young} {
		if err := os.Chtimes(s.path(o.SHA256), at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range []Object{kept, late} {
		if got, err := s.Keep(t.Context(), o.SHA256); err != nil || got != o {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if info, err := os.Stat(s.path(late.SHA256)); err != nil || !info.ModTime().Equal(young) {
		t.Errorf("the young one: %v, %v", info, err)
	}
	nobody := func(context.Context, []string) ([]string, error) { return nil, nil }
	if got, err := s.Sweep(t.Context(), Sweep{Before: time.Now().Add(-24 * time.Hour), Referenced: nobody}); err != nil || got.Removed != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Stat(kept.SHA256); err != nil {
		t.Error(err)
	}
	for _, missing := range []string{other.SHA256, "../" + kept.SHA256} {
		if _, err := s.Keep(t.Context(), missing); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", missing, err)
		}
	}
}
