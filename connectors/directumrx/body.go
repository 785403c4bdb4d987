package directumrx

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// lent is a reader that can be taken back: once end has returned, nothing reads
// from it any more, whatever the HTTP client still does.
type lent struct {
	size int64 // announced; 0: not known

	mu     sync.Mutex
	src    io.Reader
	read   int64
	failed error
	over   bool
}

func newLent(src io.Reader, size int64) *lent { return &lent{src: src, size: size} }

// Read is io.Reader's.
func (l *lent) Read(p []byte) (int, error) {
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
	l.failed = fmt.Errorf("reading: %w", err)
	return n, l.failed
}

// end takes the reader back and returns why it could not be read, if so.
func (l *lent) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	return l.failed
}

const (
	valueHead = `{"Value":"`
	valueTail = `"}`
)

// newValue encodes a body as the service takes it, without holding it.
func newValue(body io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader(valueHead), &encoder{src: body}, strings.NewReader(valueTail))
}

// valueLength is the length of what newValue makes of size bytes; -1 where size
// is not known, which is -1 too.
func valueLength(size int64) int64 {
	if size < 0 {
		return -1
	}
	return int64(len(valueHead)) + (size+2)/3*4 + int64(len(valueTail))
}

// encoder reads src as base64.
type encoder struct {
	src     io.Reader
	raw     [24 << 10]byte // a multiple of three
	text    [32 << 10]byte
	pending []byte
	err     error
}

// Read is io.Reader's.
func (e *encoder) Read(p []byte) (int, error) {
	if len(e.pending) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		n, err := io.ReadFull(e.src, e.raw[:])
		if err == io.ErrUnexpectedEOF { // ReadFull's own: src has ended
			err = io.EOF
		}
		e.err = err
		if err != nil && err != io.EOF || n == 0 {
			return 0, e.err
		}
		base64.StdEncoding.Encode(e.text[:], e.raw[:n])
		e.pending = e.text[:base64.StdEncoding.EncodedLen(n)]
	}
	n := copy(p, e.pending)
	e.pending = e.pending[n:]
	return n, nil
}
