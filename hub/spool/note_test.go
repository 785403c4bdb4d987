package spool

import (
	"errors"
	"testing"
	"time"
)

// TestNote: a note is there for every process that shares the spool, is replaced,
// is none of the files, and is removed by age alone.
func TestNote(t *testing.T) {
	t.Run("folder", func(t *testing.T) {
		s := open(t)
		again, err := Open(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		noteExam(t, s, again)
	})
	t.Run("bucket", func(t *testing.T) {
		at := bucketAt(t)
		noteExam(t, openBucket(t, at), openBucket(t, at))
	})
}

func noteExam(t *testing.T, one, two *Spool) {
	t.Helper()
	if _, err := two.Noted(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	for _, text := range []string{"first", "second"} {
		if err := one.Note(t.Context(), "a", text); err != nil {
			t.Fatal(err)
		}
		if got, err := two.Noted(t.Context(), "a"); err != nil || got != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	for _, w := range []Sweep{{Before: time.Now().Add(-time.Hour)}, {Before: time.Now().Add(time.Hour), DryRun: true}} {
		if got, err := one.Sweep(t.Context(), w); err != nil || got.Seen != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := two.Noted(t.Context(), "a"); err != nil {
			t.Errorf("after a sweep that must spare it: %v", err)
		}
	}
	if _, err := one.Sweep(t.Context(), Sweep{Before: time.Now().Add(time.Hour)}); err != nil {
		t.Error(err)
	}
	if _, err := two.Noted(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an old one: %v", err)
	}
}
