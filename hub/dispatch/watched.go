package dispatch

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// watchedReader remembers how its reader failed. Once end has returned nothing reads from
// that one any more, whatever a connector still does: net/http goes on to send a body
// after a server has answered.
type watchedReader struct {
	io.Reader

	over atomic.Bool
	mu   sync.Mutex
	err  error // other than io.EOF, before it was over
}

var errOver = errors.New("the call is over")

// Read reads from the reader watched.
func (w *watchedReader) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over.Load() {
		return 0, errOver
	}
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && !w.over.Load() {
		w.err = err
	}
	return n, err
}

// end takes the reader back and returns how it failed, if so. cut ends a read that is
// under way.
func (w *watchedReader) end(cut func()) error {
	w.over.Store(true)
	cut()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
