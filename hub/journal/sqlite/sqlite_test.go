package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/sdk"
)

func TestJournal(t *testing.T) {
	template := filepath.Join(t.TempDir(), "template.db")
	if _, _, err := Migrate(t.Context(), template); err != nil {
		t.Fatal(err)
	}
	empty, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	journaltest.Run(t, func(t *testing.T) journaltest.Open {
		path := filepath.Join(t.TempDir(), "journal.db")
		if err := os.WriteFile(path, empty, 0o600); err != nil {
			t.Fatal(err)
		}
		return func(o journal.Options, _ func() time.Time) (journal.Journal, error) {
			return Open(context.Background(), path, o)
		}
	})
}

// running opens a journal that commits until stop is called.
func running(t *testing.T, path string) (j *Journal, stop func()) {
	t.Helper()
	return runningWith(t, path, journal.Options{Planner: journaltest.Planner{}})
}

func runningWith(t *testing.T, path string, o journal.Options) (j *Journal, stop func()) {
	t.Helper()
	j, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-ran, j.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return j, stop
}

func add(t *testing.T, j *Journal, id, text string) (journal.Result, error) {
	t.Helper()
	a := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: id}, Version: "1", Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "rx"}, Text: text}
	rs, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: "pos", Appeal: a}}})
	if err != nil {
		return journal.Result{}, err
	}
	return rs[0], nil
}

// TestFullDisk: what does not fit is refused and lost to nobody, and all goes on
// once there is room.
func TestFullDisk(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	if _, err := add(t, j, "1", "x"); err != nil {
		t.Fatal(err)
	}
	pages := func(n string) {
		t.Helper()
		if err := j.do(t.Context(), true, func(tx *tx) error { return tx.c.exec("PRAGMA max_page_count = " + n) }); err != nil {
			t.Fatal(err)
		}
	}
	pages("1") // no more than there are
	big := strings.Repeat("Ы", 100_000)
	if _, err := add(t, j, "2", big); !errors.Is(err, journal.ErrFull) {
		t.Fatalf("got %v", err)
	}
	if r, err := add(t, j, "1", "x"); err != nil || r.Outcome != journal.Duplicate {
		t.Errorf("meanwhile: %+v, %v", r, err)
	}
	if _, err := j.ByRef(t.Context(), sdk.Ref{Link: "pos", ID: "2"}); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("half of it was kept: %v", err)
	}
	pages("1000000")
	if r, err := add(t, j, "2", big); err != nil || r.Outcome != journal.Appended {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// TestFileGone: nothing is taken into a file that nobody would find again, and
// all goes on once it is back.
func TestFileGone(t *testing.T) {
	for _, suffix := range []string{"", "-wal"} {
		t.Run("journal.db"+suffix, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j, _ := running(t, path)
			if err := os.Rename(path+suffix, path+".away"); err != nil {
				t.Fatal(err)
			}
			if _, err := add(t, j, "1", "x"); !errors.Is(err, journal.ErrUnavailable) || !strings.Contains(err.Error(), path+suffix) {
				t.Fatalf("removed: %v", err)
			}
			if err := os.WriteFile(path+suffix, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := add(t, j, "1", "x"); !errors.Is(err, journal.ErrUnavailable) {
				t.Fatalf("replaced: %v", err)
			}
			if err := os.Rename(path+".away", path+suffix); err != nil {
				t.Fatal(err)
			}
			if r, err := add(t, j, "1", "x"); err != nil || r.Outcome != journal.Appended {
				t.Errorf("put back: %+v, %v", r, err)
			}
		})
	}
}

// TestOwnFile: the journal holds personal data, so it is its user's alone
// wherever it lies.
func TestOwnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, _ := running(t, path)
	if _, err := add(t, j, "1", "x"); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("journal.db%s: %v, %v", suffix, info.Mode(), err)
		}
	}
	_, err := Open(t.Context(), t.TempDir(), journal.Options{Planner: journaltest.Planner{}})
	if err == nil {
		t.Error("a folder was opened")
	}
}

// TestLocked: two processes on one file would each give out the same work.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	_, stop := running(t, path)
	if _, err := Open(t.Context(), path, journal.Options{Planner: journaltest.Planner{}}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("open: %v", err)
	}
	if _, _, err := Migrate(t.Context(), path); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("migrate: %v", err)
	}
	stop()
	running(t, path)
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space?.db")
	from, to, err := Migrate(t.Context(), path)
	if err != nil || from != 0 || to < 1 {
		t.Errorf("got %d to %d, %v", from, to, err)
	}
	if again, _, err := Migrate(t.Context(), path); err != nil || again != to {
		t.Errorf("again: from %d, %v", again, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	running(t, path)
}

// TestTampering: what is changed behind the hub's back is named.
func TestTampering(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"nothing":          {"UPDATE events SET at = at", ""},
		"a column":         {"UPDATE events SET status = 'closed' WHERE sequence = 1", "record 1"},
		"a body":           {"UPDATE events SET body = CAST(x'00' || randomblob(16) || 'forged' AS BLOB) WHERE sequence = 1", "its body was changed"},
		"a body removed":   {"UPDATE events SET body = NULL WHERE sequence = 1", "its body was changed"},
		"a record removed": {"DELETE FROM events WHERE sequence = 2", "record 2 (): 1 record(s) removed"},
		"a record moved":   {"UPDATE events SET sequence = 9 WHERE sequence = 2", "record 2"},
		"a body added":     {"UPDATE events SET body = x'77' WHERE sequence = 2", "its body was changed"},
		"a body of no key": {"UPDATE events SET body = x'77' WHERE sequence = 1", "its body was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			j, stop := running(t, path)
			r, err := add(t, j, "1", "x")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				live(t, j)
			}
			if err := j.do(t.Context(), false, func(tx *tx) error { return tx.c.exec(c.sql) }); err != nil {
				t.Fatal(err)
			}
			stop()
			faults := verify(t, path)
			if c.want == "" && len(faults) == 0 {
				return
			}
			if len(faults) == 0 || !strings.Contains(faults[0].Error(), c.want) || faults[0].Stream != r.Appeal {
				t.Errorf("got %v", faults)
			}
		})
	}
}

// live adds an event to the only appeal there is: its delivery is tried again by
// an operator.
func live(t *testing.T, j *Journal) {
	t.Helper()
	_, err := j.Act(t.Context(), journal.Action{Kind: journal.ActRetry, IDs: []int64{1}, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, path string) (faults []journal.Fault) {
	t.Helper()
	j, err := OpenReadOnly(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var v journal.Verifier
	err = j.Scan(t.Context(), func(e *journal.Event, digest []byte) error {
		faults = append(faults, v.Check(e, digest)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

// TestReadOnly: it reads beside the process that writes, and writes nothing.
func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if _, err := OpenReadOnly(t.Context(), path, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	j, _ := running(t, path)
	r, err := add(t, j, "1", "x")
	if err != nil {
		t.Fatal(err)
	}
	ro, err := OpenReadOnly(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if got, err := ro.Appeal(t.Context(), r.Appeal); err != nil || got.Appeal.Text != "x" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := add(t, ro, "2", "y"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("append: %v", err)
	}
}

// TestRefusedAlone: an operation that is refused takes none of those that share
// its commit with it.
func TestRefusedAlone(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	ops := make([]*op, 5)
	for i := range ops {
		ops[i] = &op{ctx: t.Context(), done: make(chan error, 1), run: func(t *tx) error {
			err := t.c.prepare("INSERT INTO cursors (link, feed, at) VALUES ('pos', ?, '')").int(int64(i)).run()
			switch i {
			case 1:
				return journal.ErrState
			case 3: // SQLite's own refusal: it would be the same each time
				return t.c.prepare("INSERT INTO cursors (link, feed, at) VALUES ('pos', ?, '')").int(0).run()
			}
			return err
		}}
	}
	stopped := make(chan struct{})
	// Within a read, so that the writer is ours.
	err := j.do(t.Context(), true, func(*tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	go func() { defer close(stopped); j.stop() }()
	<-stopped
	j.running.Lock()
	j.group(append([]*op(nil), ops...))
	j.running.Unlock()
	for i, o := range ops {
		err := <-o.done
		if (i%2 == 1) != (err != nil) || i == 1 && !errors.Is(err, journal.ErrState) || broken(err) {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	n := int64(0)
	s := j.writer.prepare("SELECT count(*) FROM cursors")
	for s.next() {
		n = s.colInt(0)
	}
	if n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

// TestCommitFails: what the database does not commit in the end is told to its caller,
// and costs nobody that comes after.
func TestCommitFails(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	beside := func(tx *tx) error {
		return tx.c.execAll([]string{"PRAGMA foreign_keys = ON", "CREATE TABLE one (id INTEGER PRIMARY KEY)",
			"CREATE TABLE other (id INTEGER REFERENCES one DEFERRABLE INITIALLY DEFERRED)"})
	}
	if err := j.do(t.Context(), true, beside); err != nil {
		t.Fatal(err)
	}
	if err := j.do(t.Context(), false, func(tx *tx) error { return tx.c.exec("INSERT INTO other VALUES (1)") }); err == nil {
		t.Fatal("it was committed")
	}
	if _, err := add(t, j, "1", "x"); err != nil {
		t.Error(err)
	}
	left := int64(-1)
	err := j.do(t.Context(), true, func(tx *tx) error {
		s := tx.c.prepare("SELECT count(*) FROM other")
		for s.next() {
			left = s.colInt(0)
		}
		return s.err()
	})
	if err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
}

// TestCheckpoint: the log is written back and begun anew while the journal runs,
// however long that is.
func TestCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, stop := running(t, path)
	if err := j.do(t.Context(), true, func(tx *tx) error { tx.log.every = 50; return nil }); err != nil {
		t.Fatal(err)
	}
	const appeals = 1000
	early := false // the writer's turn would come before the work beside it is done
	for i := range appeals {
		if _, err := add(t, j, strconv.Itoa(i), "x"); err != nil {
			t.Fatal(err)
		}
		err := j.do(t.Context(), true, func(tx *tx) error {
			early = early || !tx.log.running && tx.log.done.Load()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if early {
		t.Error("the writer does not wait for the log to be written back beside it")
	}
	log, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if pages := log.Size() / 4096; pages > 3000 { // some 9 a commit
		t.Errorf("the log has grown to %d pages", pages)
	}
	stop()
	if faults := verify(t, path); faults != nil {
		t.Error(faults)
	}
}

// TestUnreadable: a body that can't be read costs its own delivery, nobody
// else's.
func TestUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, stop := running(t, path)
	for _, id := range []string{"1", "2", "3"} {
		if _, err := add(t, j, id, "x"); err != nil {
			t.Fatal(err)
		}
	}
	spoil := "UPDATE events SET body = CASE ref_id WHEN '1' THEN x'77' ELSE CAST(x'00' || randomblob(16) || '{' AS BLOB) END WHERE ref_id <> '3'"
	if err := j.do(t.Context(), false, func(tx *tx) error { return tx.c.exec(spoil) }); err != nil {
		t.Fatal(err)
	}
	stop()
	j, _ = running(t, path)
	out, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 9, Lease: time.Minute, Now: time.Now()})
	if err != nil || len(out) != 3 {
		t.Fatalf("claimed %d, %v", len(out), err)
	}
	if out[0].Payload != nil || out[1].Payload != nil || out[2].Payload == nil {
		t.Errorf("payloads: %v, %v, %v", out[0].Payload, out[1].Payload, out[2].Payload)
	}
}
