package sqlite

import (
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/journal"
)

// logBuffer gathers what a connection writes to its log, which is two pieces a page,
// and writes it in one go before SQLite syncs the file or reads it. Nobody else looks
// at a commit earlier: with synchronous = FULL SQLite syncs before it lets others see
// one. (The database itself is no such file: others may look there before a sync.) It
// stands between SQLite and the log's own methods.
type logBuffer struct {
	file    uintptr                 // not on a stack, which may move
	own     lib.Tsqlite3_io_methods // the file's
	instead uintptr                 // the methods that SQLite calls
	memory  uintptr
	at      int64 // place in the file
	n       int32 // bytes
	methods any   // keeps what instead points to
}

// logBufferSize is in bytes: more than a page, and less than 128 KiB, which a file's own
// method does not write at once.
const logBufferSize = 120 << 10

type (
	transfer = func(tls *libc.TLS, file, p uintptr, n int32, at int64) int32
	flush    = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// bufferLog has what the connection writes to its log be gathered from now on.
func (c *conn) bufferLog() error {
	l := &logBuffer{}
	rc := lib.Xsqlite3_file_control(c.tls, c.db, 0, lib.SQLITE_FCNTL_JOURNAL_POINTER, uintptr(unsafe.Pointer(&l.file)))
	if rc != lib.SQLITE_OK {
		return c.failed(rc)
	}
	methods := &(*lib.Tsqlite3_file)(pointer(l.file)).FpMethods
	if *methods == 0 {
		return fmt.Errorf("sqlite: %w: the log is not open", journal.ErrUnavailable)
	}
	l.own = *(*lib.Tsqlite3_io_methods)(pointer(*methods))
	l.memory = libc.Xmalloc(c.tls, logBufferSize)
	l.instead = libc.Xmalloc(c.tls, lib.Tsize_t(unsafe.Sizeof(l.own)))
	instead := (*lib.Tsqlite3_io_methods)(pointer(l.instead))
	*instead = l.own
	read, write, sync := transfer(l.read), transfer(l.write), flush(l.sync)
	instead.FxRead, instead.FxWrite, instead.FxSync = address(read), address(write), address(sync)
	l.methods = []any{read, write, sync}
	*methods = l.instead
	c.log = l
	return nil
}

// address is that of a function as SQLite keeps it, method the function there.
func address[F any](f F) uintptr      { return *(*uintptr)(unsafe.Pointer(&f)) }
func method[F any](address uintptr) F { return *(*F)(unsafe.Pointer(&address)) }

func (l *logBuffer) write(tls *libc.TLS, file, p uintptr, n int32, at int64) int32 {
	if at != l.at+int64(l.n) || n > logBufferSize-l.n {
		if rc := l.empty(tls, file); rc != lib.SQLITE_OK {
			return rc
		}
		l.at = at
	}
	libc.Xmemcpy(tls, l.memory+uintptr(l.n), p, lib.Tsize_t(n))
	l.n += n
	return lib.SQLITE_OK
}

// empty writes what was gathered. What can't be written is lost with its transaction.
func (l *logBuffer) empty(tls *libc.TLS, file uintptr) int32 {
	n := l.n
	l.n = 0
	if n == 0 {
		return lib.SQLITE_OK
	}
	return method[transfer](l.own.FxWrite)(tls, file, l.memory, n, l.at)
}

func (l *logBuffer) read(tls *libc.TLS, file, p uintptr, n int32, at int64) int32 {
	if rc := l.empty(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	return method[transfer](l.own.FxRead)(tls, file, p, n, at)
}

func (l *logBuffer) sync(tls *libc.TLS, file uintptr, flags int32) int32 {
	if rc := l.empty(tls, file); rc != lib.SQLITE_OK {
		return rc
	}
	return method[flush](l.own.FxSync)(tls, file, flags)
}

// free is called once the file is closed.
func (l *logBuffer) free(tls *libc.TLS) {
	libc.Xfree(tls, l.memory)
	libc.Xfree(tls, l.instead)
}
