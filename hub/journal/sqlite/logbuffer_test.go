package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestLogIsWritten: what is answered is in the files, however much it is, and not in
// the process's memory, which a crash takes along.
func TestLogIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, _ := running(t, path)
	for i, size := range []int{1, 3_000, 120_000, 300_000, 1} { // of the buffer's size, and above
		id := fmt.Sprint(i)
		if _, err := add(t, j, id, strings.Repeat("Ы", size)); err != nil {
			t.Fatal(err)
		}
		left := filepath.Join(t.TempDir(), "journal.db")
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(left+suffix, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		after, _ := running(t, left)
		if _, err := after.ByRef(t.Context(), sdk.Ref{Link: "pos", ID: id}); err != nil {
			t.Errorf("a text of %d letters: %v", size, err)
		}
		whole(t, after)
	}
}

// whole wants nothing to be wrong with the file.
func whole(t *testing.T, j *Journal) {
	t.Helper()
	err := j.do(t.Context(), true, func(tx *tx) error {
		s := tx.c.prepare("PRAGMA integrity_check")
		for s.next() {
			if found := s.colText(0); found != "ok" {
				t.Error(found)
			}
		}
		return s.err()
	})
	if err != nil {
		t.Error(err)
	}
}

// counted has the writes of the writer's log be counted, and fail with rc where it is
// not lib.SQLITE_OK.
func counted(t *testing.T, j *Journal) (n *int, rc *int32) {
	t.Helper()
	n, rc = new(int), new(int32)
	err := j.do(t.Context(), true, func(tx *tx) error {
		own := method[transfer](tx.c.log.own.FxWrite)
		write := transfer(func(tls *libc.TLS, file, p uintptr, size int32, at int64) int32 {
			*n++
			if *rc != lib.SQLITE_OK {
				return *rc
			}
			return own(tls, file, p, size, at)
		})
		tx.c.log.own.FxWrite = address(write)
		t.Cleanup(func() { _ = write }) // SQLite calls it until then
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, rc
}

// TestLogIsWrittenAtOnce: a commit costs a system call or two, not two a page.
func TestLogIsWrittenAtOnce(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	if _, err := add(t, j, "1", "x"); err != nil {
		t.Fatal(err)
	}
	n, _ := counted(t, j)
	for i := range 10 {
		*n = 0
		if _, err := add(t, j, fmt.Sprint("many", i), strings.Repeat("Ы", 20_000)); err != nil { // some twenty pages
			t.Fatal(err)
		}
		if *n < 1 || *n > 3 { // three where the log is begun anew
			t.Errorf("%d writes", *n)
		}
	}
}

// TestLogFails: where the log can't be written the commit is not answered as made and
// nothing of it is there; all goes on once it can.
func TestLogFails(t *testing.T) {
	for _, c := range []struct {
		rc   int32
		want error
	}{
		{lib.SQLITE_FULL, journal.ErrFull},
		{lib.SQLITE_IOERR | 3<<8, journal.ErrUnavailable},
	} {
		t.Run(c.want.Error(), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j, stop := running(t, path)
			if _, err := add(t, j, "1", "x"); err != nil {
				t.Fatal(err)
			}
			_, rc := counted(t, j)
			*rc = c.rc
			if _, err := add(t, j, "2", strings.Repeat("Ы", 200_000)); !errors.Is(err, c.want) {
				t.Fatalf("got %v", err)
			}
			if _, err := j.ByRef(t.Context(), sdk.Ref{Link: "pos", ID: "2"}); !errors.Is(err, journal.ErrNotFound) {
				t.Errorf("it is there: %v", err)
			}
			*rc = lib.SQLITE_OK
			for _, id := range []string{"3", "2"} {
				if r, err := add(t, j, id, "x"); err != nil || r.Outcome != journal.Appended {
					t.Errorf("%s afterwards: %+v, %v", id, r, err)
				}
			}
			stop()
			again, _ := running(t, path)
			whole(t, again)
		})
	}
}

// TestSpilled: what did not fit into the writer's cache and went to the log before its
// commit can be read again, and is gone where it is rolled back.
func TestSpilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, stop := running(t, path)
	if err := j.do(t.Context(), true, func(tx *tx) error { return tx.c.exec("PRAGMA cache_size = 5") }); err != nil {
		t.Fatal(err)
	}
	fill := func(tx *tx, link string, end error) error {
		for i := range int64(400) {
			if err := tx.c.prepare("INSERT INTO cursors (link, feed, at) VALUES (?, ?, ?)").text(link).int(i * 7919 % 400).text(strings.Repeat("x", 900)).run(); err != nil {
				return err
			}
		}
		s := tx.c.prepare("SELECT count(*) FROM cursors WHERE link = ? AND length(at) = 900").text(link)
		for s.next() {
			if n := s.colInt(0); n != 400 {
				t.Errorf("%d rows of %s before the commit", n, link)
			}
		}
		return end
	}
	for link, end := range map[string]error{"kept": nil, "refused": journal.ErrState} {
		if err := j.do(t.Context(), false, func(tx *tx) error { return fill(tx, link, end) }); !errors.Is(err, end) {
			t.Fatalf("%s: %v", link, err)
		}
	}
	stop()
	again, _ := running(t, path)
	whole(t, again)
	for link, want := range map[string]int64{"kept": 400, "refused": 0} {
		err := again.do(t.Context(), true, func(tx *tx) error {
			s := tx.c.prepare("SELECT count(*) FROM cursors WHERE link = ?").text(link)
			for s.next() {
				if n := s.colInt(0); n != want {
					t.Errorf("%d rows of %s, want %d", n, link, want)
				}
			}
			return s.err()
		})
		if err != nil {
			t.Error(err)
		}
	}
}
