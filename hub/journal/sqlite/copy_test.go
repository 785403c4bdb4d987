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
	if left, err := filepath.Glob(to + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	j, _ = running(t, to)
	views, err := j.Appeals(t.Context(), journal.AppealQuery{Limit: 1000})
	if err != nil || len(views) < before {
		t.Errorf("%d appeals of %d and more, %v", len(views), before, err)
	}
	add(1000)
}

// TestCopyIsOwn: a copy holds personal data, and goes neither into a file that lay under
// its name in the making nor where a link of that name leads.
func TestCopyIsOwn(t *testing.T) {
	dir := t.TempDir()
	_, stop := running(t, filepath.Join(dir, "journal.db"))
	stop()
	foreign, to := filepath.Join(dir, "foreign"), filepath.Join(dir, "copy.db")
	if err := errors.Join(os.WriteFile(foreign, []byte("theirs"), 0o666), os.Symlink(foreign, to+".part")); err != nil {
		t.Fatal(err)
	}
	if err := Copy(t.Context(), filepath.Join(dir, "journal.db"), to); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(foreign); err != nil || string(b) != "theirs" {
		t.Errorf("the foreign file: %d bytes, %v", len(b), err)
	}
	if info, err := os.Lstat(to); err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}
}
