package bench

import (
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// rows writes to SQLite with as little between as can be: statements prepared
// once, values bound, no rows read. It is one goroutine's.
type rows struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*uintptr
	block uintptr // the values bound, in SQLite's own memory
	used  uintptr
}

// blockSize holds the values of the largest row, in bytes.
const blockSize = 1 << 20

func openRows(path string) (*rows, error) {
	r := &rows{tls: libc.NewTLS(), stmts: map[string]*uintptr{}}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(r.tls, name)
	if rc := lib.Xsqlite3_open_v2(r.tls, name, uintptr(unsafe.Pointer(&r.db)), lib.SQLITE_OPEN_READWRITE|lib.SQLITE_OPEN_NOMUTEX, 0); rc != lib.SQLITE_OK {
		return nil, r.failed(rc)
	}
	r.block = libc.Xmalloc(r.tls, blockSize)
	for _, sql := range []string{"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 4000"} {
		if err := r.exec(sql); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *rows) failed(rc int32) error {
	return fmt.Errorf("sqlite: %s (%d)", libc.GoString(lib.Xsqlite3_errmsg(r.tls, r.db)), rc)
}

// statement prepares a statement once.
func (r *rows) statement(sql string) (uintptr, error) {
	if p, ok := r.stmts[sql]; ok {
		return *p, nil
	}
	z, err := libc.CString(sql)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(r.tls, z)
	p := new(uintptr)
	r.stmts[sql] = p // on the heap from here on
	if rc := lib.Xsqlite3_prepare_v3(r.tls, r.db, z, -1, lib.SQLITE_PREPARE_PERSISTENT, uintptr(unsafe.Pointer(p)), 0); rc != lib.SQLITE_OK {
		return 0, r.failed(rc)
	}
	return *p, nil
}

// exec runs a statement with values of types int64, string and []byte, or nil.
func (r *rows) exec(sql string, values ...any) error {
	p, err := r.statement(sql)
	if err != nil {
		return err
	}
	r.used = 0
	for i, v := range values {
		if rc := r.bind(p, int32(i+1), v); rc != lib.SQLITE_OK {
			return r.failed(rc)
		}
	}
	rc := lib.Xsqlite3_step(r.tls, p)
	for rc == lib.SQLITE_ROW { // of a pragma
		rc = lib.Xsqlite3_step(r.tls, p)
	}
	lib.Xsqlite3_reset(r.tls, p)
	if rc != lib.SQLITE_DONE {
		return r.failed(rc)
	}
	return nil
}

func (r *rows) bind(p uintptr, at int32, v any) int32 {
	switch v := v.(type) {
	case nil:
		return lib.Xsqlite3_bind_null(r.tls, p, at)
	case int64:
		return lib.Xsqlite3_bind_int64(r.tls, p, at, v)
	case []byte:
		return lib.Xsqlite3_bind_blob(r.tls, p, at, r.put(unsafe.String(unsafe.SliceData(v), len(v))), int32(len(v)), lib.SQLITE_STATIC)
	case string:
		return lib.Xsqlite3_bind_text(r.tls, p, at, r.put(v), int32(len(v)), lib.SQLITE_STATIC)
	}
	return lib.SQLITE_MISUSE
}

// put copies a value to where SQLite may read it until the statement has run.
func (r *rows) put(v string) uintptr {
	at := r.block + r.used
	r.used += uintptr(len(v))
	copy(unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), len(v)), v)
	return at
}
