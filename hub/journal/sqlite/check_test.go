package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files are the names and contents of a folder's files.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, one := range all {
		raw, err := os.ReadFile(filepath.Join(dir, one.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[one.Name()] = string(raw)
	}
	return out
}

// TestCheck: a later schema, a damaged file and one that is whole are told apart, and
// nothing is changed.
func TestCheck(t *testing.T) {
	want, err := newest()
	if err != nil || want < 3 {
		t.Fatalf("newest is %d, %v", want, err)
	}
	var late *NewerError
	for name, c := range map[string]struct {
		harm   func(path string, raw []byte) error
		schema int64
		fault  bool
	}{
		"whole": {func(string, []byte) error { return nil }, want, false},
		"empty": {func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) }, 0, false},
		"no SQLite": {func(path string, raw []byte) error {
			return os.WriteFile(path, bytes.Repeat([]byte("x"), len(raw)), 0o600)
		}, 0, true},
		"cut off": {func(path string, raw []byte) error { return os.WriteFile(path, raw[:len(raw)/2], 0o600) }, 0, true},
		"later": {func(path string, _ []byte) error {
			return remake(path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
		}, 99, true},
		"earlier": {func(path string, _ []byte) error {
			return remake(path, "DELETE FROM goose_db_version WHERE version_id > 1")
		}, 1, false},
		"another's": {func(path string, _ []byte) error { return remake(path, "DROP TABLE goose_db_version") }, 0, false},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a journal?.db")
		if _, _, err := Migrate(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err == nil {
			err = c.harm(path, raw)
		}
		if err != nil {
			t.Fatal(err)
		}
		before := files(t, dir)
		got, err := Check(path)
		if (err != nil) != c.fault || got.Schema != c.schema || got.Program != want || errors.As(err, &late) != (name == "later") {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if diff := cmp.Diff(before, files(t, dir)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if _, _, err := Migrate(t.Context(), path); name == "later" && !errors.As(err, &late) {
			t.Errorf("migrate: %v", err)
		}
	}
}

// remake runs a statement on the file and leaves no log.
func remake(path, statement string) error {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return err
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}

// TestCheckInUse: the schema in the log of a process that works on the file, or was
// killed, is found, and the process goes on.
func TestCheckInUse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.db")
	j, _ := running(t, path)
	if _, err := add(t, j, "1", "x"); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	if got, err := Check(path); err != nil || got.Schema != got.Program {
		t.Errorf("in use: got %+v, %v", got, err)
	}
	killed := t.TempDir()
	for _, name := range []string{"journal.db", "journal.db-wal"} {
		if err := os.WriteFile(filepath.Join(killed, name), []byte(before[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Check(filepath.Join(killed, "journal.db")); err != nil || got.Schema != got.Program {
		t.Errorf("killed: got %+v, %v", got, err)
	}
	for name, now := range files(t, killed) {
		if was, ok := before[name]; ok && name != "journal.db-shm" && was != now {
			t.Errorf("killed: %s was changed", name)
		}
	}
	if _, err := add(t, j, "2", "y"); err != nil {
		t.Error(err)
	}
}
