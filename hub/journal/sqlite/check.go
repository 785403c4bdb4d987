package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/pressly/goose/v3"
	lib "modernc.org/sqlite/lib"
)

// NewerError says that a later program made the file's schema: this one does not
// know it. Nothing is wrong with the file.
type NewerError struct {
	Schema  int64 // the file's
	Program int64 // the newest that this program knows
}

// Error names both schemas.
func (e *NewerError) Error() string {
	return fmt.Sprintf("sqlite: the file's schema %d is newer than this program's %d", e.Schema, e.Program)
}

// Status is what Check found.
type Status struct {
	Schema  int64 // number of the journal's schema; 0: there is none yet
	Program int64 // number that this program brings
}

// Check finds out whether a hub could open the file at path: it can be written, is
// whole as far as its head tells, and its schema is none of a later program
// (*NewerError). It changes nothing, and goes on beside a process that writes.
func Check(path string) (s Status, err error) {
	if err = mayWrite(path); err != nil {
		return s, err
	}
	return Schema(path)
}

// Schema returns what Check finds of a file that need only be read.
func Schema(path string) (s Status, err error) {
	if s.Program, err = newest(); err != nil {
		return s, err
	}
	if s.Schema, err = look(path); err == nil && s.Schema > s.Program {
		err = &NewerError{s.Schema, s.Program}
	}
	return s, err
}

// look reads the schema's number. Without a log beside it the file is read as one
// that nobody writes: SQLite would else leave files beside it. One that a process
// begins to write meanwhile is read again.
func look(path string) (int64, error) {
	if !logged(path) {
		calm := "file:" + (&url.URL{Path: path}).EscapedPath() + "?immutable=1"
		if n, err := schemaOf(calm, lib.SQLITE_OPEN_URI); err == nil || !logged(path) {
			return n, err
		}
	}
	return schemaOf(path, 0)
}

func logged(path string) bool {
	_, err := os.Stat(path + "-wal")
	return !errors.Is(err, fs.ErrNotExist)
}

// schemaOf is the number that goose left; 0 where it left none.
func schemaOf(name string, flags int32) (n int64, err error) {
	c, err := openConn(name, lib.SQLITE_OPEN_READONLY|flags, "PRAGMA mmap_size = 0")
	if err != nil {
		return 0, err
	}
	defer c.close()
	made, err := c.first("SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'")
	if err != nil || made == 0 {
		return 0, err
	}
	return c.first("SELECT max(version_id) FROM goose_db_version")
}

// first is the number in a query's one row.
func (c *conn) first(sql string) (n int64, err error) {
	s := c.prepare(sql)
	for s.next() {
		n = s.colInt(0)
	}
	return n, s.err()
}

// newest is the number of the last of the program's migrations.
func newest() (n int64, err error) {
	all, err := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range all {
		if n, err = goose.NumericComponent(name); err != nil {
			break
		}
	}
	return n, err
}
