package directumrx

import (
	"encoding/base64"
	"io"
	"strings"
)

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
