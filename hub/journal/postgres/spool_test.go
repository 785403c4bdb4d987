package postgres

import (
	"errors"
	"testing"
)

// TestSameSpool: the first node's spool is that of all.
func TestSameSpool(t *testing.T) {
	address := migrated(t)
	one, _ := running(t, address, Options{Node: "one"})
	two, _ := running(t, address, Options{Node: "two"})
	if err := errors.Join(one.SameSpool(t.Context(), "a"), one.SameSpool(t.Context(), "a"), two.SameSpool(t.Context(), "a")); err != nil {
		t.Error(err)
	}
	if err := two.SameSpool(t.Context(), "b"); !errors.Is(err, ErrOtherSpool) {
		t.Errorf("another folder: %v", err)
	}
	if at, err := one.Cursor(t.Context(), "", "spool"); err != nil || at != "a" {
		t.Errorf("got %q, %v", at, err)
	}
}
