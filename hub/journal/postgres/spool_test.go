package postgres

import (
	"errors"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
)

// TestSameSpool: the first node's spool is that of all.
func TestSameSpool(t *testing.T) {
	address := migrated(t)
	open := func(node, spool string) error {
		j, err := Open(t.Context(), address, Options{Options: journal.Options{Planner: journaltest.Planner{}}, Node: node, Spool: spool})
		if err == nil {
			err = j.Close()
		}
		return err
	}
	if err := errors.Join(open("one", "a"), open("one", "a"), open("two", "a"), open("three", "")); err != nil {
		t.Error(err)
	}
	if err := open("two", "b"); !errors.Is(err, ErrOtherSpool) {
		t.Errorf("another folder: %v", err)
	}
}
