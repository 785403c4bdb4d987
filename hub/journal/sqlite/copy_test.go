package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestCopy: while appeals come a copy is made that holds all that were there before
// it began, is a journal that a hub can work on, and is for its owner's eyes alone.
func TestCopy(t *testing.T) {
	dir := t.TempDir()
	j, stop := running(t, filepath.Join(dir, "journal.db"))
	add := func(n int) {
		a := sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: fmt.Sprint(n)}, Version: "1", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "Яма", Applicant: sdk.Applicant{Surname: "Иванова"}}
		if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: "pos", Appeal: &a}}}); err != nil {
			t.Error(err)
		}
	}
	const before = 50
	for n := range before {
		add(n)
	}
	begun, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := range before {
			add(before + n)
			if n == 0 {
				close(begun)
			}
		}
	}()
	<-begun
	to := filepath.Join(dir, "copy.db")
	if err := Copy(t.Context(), filepath.Join(dir, "journal.db"), to); err != nil {
		t.Fatal(err)
	}
	<-done
	stop()
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := Copy(t.Context(), filepath.Join(dir, "journal.db"), to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if left, err := filepath.Glob(to + ".part"); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	j, _ = running(t, to)
	views, err := j.Appeals(t.Context(), journal.AppealQuery{Limit: 1000})
	if err != nil || len(views) < before {
		t.Errorf("%d appeals of %d and more, %v", len(views), before, err)
	}
	add(1000)
}
