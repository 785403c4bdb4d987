package httpx

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Lent is a reader that can be taken back: once End has returned, nothing reads
// from it any more, whatever the HTTP client still does.
type Lent struct {
	size int64 // announced; 0: not known

	mu     sync.Mutex
	src    io.Reader
	read   int64
	failed error
	over   bool
}

// NewLent lends src, of which size bytes are announced; 0 where that is not known.
func NewLent(src io.Reader, size int64) *Lent { return &Lent{src: src, size: size} }

// Sized is the function Sized's, for what was lent.
func (l *Lent) Sized() (io.Reader, int64, error) { return Sized(l, l.size) }

// Read is io.Reader's. Other than the announced number of bytes is an error.
func (l *Lent) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, errors.New("the call is over")
	}
	n, err := l.src.Read(p)
	l.read += int64(n)
	switch {
	case l.size > 0 && (l.read > l.size || err == io.EOF && l.read != l.size):
		err = fmt.Errorf("it has other than the %d bytes announced", l.size)
	case err == nil || err == io.EOF:
		return n, err
	}
	l.failed = err
	return n, l.failed
}

// End takes the reader back and returns why it could not be read, if so.
func (l *Lent) End() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	return l.failed
}
