package sqlite

import (
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// stmt is a prepared statement that is used again and again: bind the
// parameters in order, then run it, or step through its rows with next until it
// returns false. done leaves a walk early. The first error sticks and is
// returned by run or err.
type stmt struct {
	c      *conn
	p      uintptr
	bound  int32
	values arena
	failed error
}

// prepare returns the statement for the SQL, which must be a constant.
func (c *conn) prepare(sql string) *stmt {
	if s, ok := c.stmts[sql]; ok {
		s.bound, s.failed = 0, nil
		s.values.reset(c.tls)
		return s
	}
	s := &stmt{c: c}
	z, err := libc.CString(sql)
	if err != nil {
		s.failed = err
		return s
	}
	defer libc.Xfree(c.tls, z)
	rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, z, -1, lib.SQLITE_PREPARE_PERSISTENT, uintptr(unsafe.Pointer(&s.p)), 0)
	if rc != lib.SQLITE_OK {
		s.failed = c.failed(rc)
		return s
	}
	c.stmts[sql] = s
	return s
}

func (s *stmt) check(rc int32) *stmt {
	if rc != lib.SQLITE_OK && s.failed == nil {
		s.failed = s.c.failed(rc)
	}
	return s
}

// int binds the next parameters.
func (s *stmt) int(all ...int64) *stmt {
	for _, v := range all {
		s.bound++
		if s.failed == nil {
			s.check(lib.Xsqlite3_bind_int64(s.c.tls, s.p, s.bound, v))
		}
	}
	return s
}

// bool binds the next parameter as 0 or 1.
func (s *stmt) bool(v bool) *stmt {
	if v {
		return s.int(1)
	}
	return s.int(0)
}

// null binds the next parameter.
func (s *stmt) null() *stmt {
	s.bound++
	if s.failed == nil {
		s.check(lib.Xsqlite3_bind_null(s.c.tls, s.p, s.bound))
	}
	return s
}

// text binds the next parameters.
func (s *stmt) text(all ...string) *stmt {
	for _, v := range all {
		s.bound++
		if s.failed == nil {
			s.check(lib.Xsqlite3_bind_text(s.c.tls, s.p, s.bound, s.values.put(s.c.tls, v), int32(len(v)), lib.SQLITE_STATIC))
		}
	}
	return s
}

// blob binds the next parameter; no bytes are NULL.
func (s *stmt) blob(v []byte) *stmt {
	if len(v) == 0 {
		return s.null()
	}
	s.bound++
	if s.failed == nil {
		at := s.values.put(s.c.tls, unsafe.String(unsafe.SliceData(v), len(v)))
		s.check(lib.Xsqlite3_bind_blob(s.c.tls, s.p, s.bound, at, int32(len(v)), lib.SQLITE_STATIC))
	}
	return s
}

// arena holds a statement's texts and blobs in SQLite's own memory until the
// statement is used again.
type arena struct {
	block, size, used uintptr
	full              []uintptr // blocks that were too small
}

const firstBlock = 512

// put copies v in and returns its address, which is never null.
func (a *arena) put(tls *libc.TLS, v string) uintptr {
	n := uintptr(len(v)) + 1
	if a.used+n > a.size {
		if a.block != 0 {
			a.full = append(a.full, a.block)
		}
		a.size, a.used = max(2*a.size, n, firstBlock), 0
		a.block = libc.Xmalloc(tls, lib.Tsize_t(a.size))
	}
	at := a.block + a.used
	a.used += n
	copy(unsafe.Slice((*byte)(pointer(at)), len(v)), v)
	return at
}

func (a *arena) reset(tls *libc.TLS) {
	for _, block := range a.full {
		libc.Xfree(tls, block)
	}
	a.full, a.used = a.full[:0], 0
	if a.size > 1<<20 { // one huge body must not be kept for ever
		a.free(tls)
	}
}

func (a *arena) free(tls *libc.TLS) {
	for _, block := range append(a.full, a.block) {
		libc.Xfree(tls, block)
	}
	*a = arena{}
}

// run carries the statement out and drops its rows.
func (s *stmt) run() error {
	for s.next() {
	}
	return s.failed
}

// one reports whether there is a row, and stands on it. The caller calls done.
func (s *stmt) one() (bool, error) {
	ok := s.next()
	return ok, s.failed
}

// next goes to the next row. After the last one the statement is ready for use
// again.
func (s *stmt) next() bool {
	if s.failed != nil {
		s.done()
		return false
	}
	switch rc := lib.Xsqlite3_step(s.c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true
	case lib.SQLITE_DONE:
		s.done()
	default:
		s.check(rc)
		s.done()
	}
	return false
}

// done leaves the rows. It may be called twice.
func (s *stmt) done() {
	if s.p != 0 {
		lib.Xsqlite3_reset(s.c.tls, s.p)
	}
}

func (s *stmt) err() error { return s.failed }

func (s *stmt) colInt(i int32) int64 { return lib.Xsqlite3_column_int64(s.c.tls, s.p, i) }

func (s *stmt) colBool(i int32) bool { return s.colInt(i) != 0 }

// colBlob returns a copy of a column's bytes; nil where there are none.
func (s *stmt) colBlob(i int32) []byte {
	p := lib.Xsqlite3_column_blob(s.c.tls, s.p, i)
	n := lib.Xsqlite3_column_bytes(s.c.tls, s.p, i)
	if p == 0 || n == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(pointer(p)), n)...)
}

func (s *stmt) colText(i int32) string {
	b := s.colBlob(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// pointer turns an address in SQLite's memory, which Go's collector does not
// own, into a pointer.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// lastID is the rowid of the last row inserted.
func (c *conn) lastID() int64 { return lib.Xsqlite3_last_insert_rowid(c.tls, c.db) }

// changed is the number of rows that the last statement touched.
func (c *conn) changed() int64 { return int64(lib.Xsqlite3_changes(c.tls, c.db)) }
