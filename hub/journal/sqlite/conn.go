package sqlite

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/journal"
)

// conn is one connection to the database, for one goroutine at a time. Its
// statements are prepared once.
type conn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*stmt
	pages [2]int32 // of pagesWritten
	log   *logBuffer
}

// busyTimeout is how long a lock of another connection is waited for.
const busyTimeout = 5000

func openConn(path string, flags int32, pragmas ...string) (*conn, error) {
	c := &conn{tls: libc.NewTLS(), stmts: map[string]*stmt{}}
	name, err := libc.CString(path)
	if err != nil {
		c.tls.Close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer libc.Xfree(c.tls, name)
	rc := lib.Xsqlite3_open_v2(c.tls, name, uintptr(unsafe.Pointer(&c.db)), flags|lib.SQLITE_OPEN_NOMUTEX, 0)
	if rc == lib.SQLITE_OK {
		lib.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
		lib.Xsqlite3_busy_timeout(c.tls, c.db, busyTimeout)
		err = c.execAll(pragmas)
	} else {
		err = c.failed(rc)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *conn) execAll(all []string) error {
	for _, sql := range all {
		if err := c.exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// exec runs a statement without parameters.
func (c *conn) exec(sql string) error { return c.prepare(sql).run() }

// close ends the connection; a nil one is closed already.
func (c *conn) close() {
	if c == nil {
		return
	}
	for _, s := range c.stmts {
		lib.Xsqlite3_finalize(c.tls, s.p)
		s.values.free(c.tls)
	}
	lib.Xsqlite3_close_v2(c.tls, c.db)
	if c.log != nil {
		c.log.free(c.tls)
	}
	c.tls.Close()
}

// Error is a failure of SQLite. Its text names tables and columns, never values.
type Error struct {
	Code int // extended result code
	Text string
}

// Error returns the text.
func (e *Error) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.Text, e.Code) }

// failed makes an error of a result code, as the journal's callers know it.
func (c *conn) failed(rc int32) error {
	e := &Error{Code: int(rc), Text: libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))}
	if c.db != 0 {
		e.Text = libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))
	}
	switch {
	case rc&0xff == lib.SQLITE_FULL:
		return fmt.Errorf("%w: %w", journal.ErrFull, e)
	case rc&0xff == lib.SQLITE_IOERR && c.diskFull():
		return fmt.Errorf("%w: %w", journal.ErrFull, e)
	case rc&0xff == lib.SQLITE_BUSY:
		return fmt.Errorf("%w: %w", journal.ErrLocked, e)
	case rc&0xff == lib.SQLITE_CONSTRAINT, rc&0xff == lib.SQLITE_TOOBIG, rc&0xff == lib.SQLITE_MISMATCH:
		return e // this one operation's: it would fail again, and must not fail those beside it
	}
	return fmt.Errorf("%w: %w", journal.ErrUnavailable, e)
}

// diskFull reports whether the last failed system call ran out of space.
func (c *conn) diskFull() bool {
	errno := syscall.Errno(lib.Xsqlite3_system_errno(c.tls, c.db))
	return errors.Is(errno, syscall.ENOSPC) || errors.Is(errno, syscall.EDQUOT)
}
