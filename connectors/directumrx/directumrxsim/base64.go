package directumrxsim

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
)

// errShape says what a body in JSON must look like.
func errShape() error { return errors.New(`ожидается {"Value":"<base64>"}`) }

// newValueReader reads the bytes of {"Value":"<base64>"} as they come in, so
// that a long one is never held in memory.
func newValueReader(from io.Reader) io.Reader {
	v := &valueReader{in: bufio.NewReaderSize(from, 64<<10)}
	return base64.NewDecoder(base64.StdEncoding, v)
}

// valueReader passes on the characters of the text.
type valueReader struct {
	in     *bufio.Reader
	inside bool
	ended  bool
}

// Read is io.Reader's.
func (v *valueReader) Read(p []byte) (int, error) {
	if !v.inside {
		if err := v.open(); err != nil {
			return 0, err
		}
		v.inside = true
	}
	n := 0
	for n < len(p) && !v.ended {
		plain, err := v.plain(p[n:])
		if n += plain; plain > 0 || err != nil {
			if err != nil {
				return n, err
			}
			continue
		}
		c, err := v.char()
		if err != nil {
			return n, err
		}
		if !v.ended {
			p[n] = c
			n++
		}
	}
	if n == 0 && v.ended {
		return 0, v.close()
	}
	return n, nil
}

// plain copies what is there of the text up to the next escape or its end.
func (v *valueReader) plain(p []byte) (int, error) {
	if _, err := v.in.Peek(1); err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	there, err := v.in.Peek(min(len(p), v.in.Buffered()))
	if err != nil {
		return 0, err
	}
	if i := bytes.IndexAny(there, "\"\\"); i >= 0 {
		there = there[:i]
	}
	n := copy(p, there)
	_, err = v.in.Discard(n)
	return n, err
}

// char reads one character of the text; a quote ends it.
func (v *valueReader) char() (byte, error) {
	c, err := v.in.ReadByte()
	switch {
	case err != nil:
		return 0, io.ErrUnexpectedEOF
	case c == '"':
		v.ended = true
		return 0, nil
	case c != '\\':
		return c, nil
	}
	if c, err = v.in.ReadByte(); err != nil || c != 'u' {
		if err == nil && c == '/' {
			return c, nil
		}
		return 0, errShape()
	}
	var hex [4]byte
	if _, err = io.ReadFull(v.in, hex[:]); err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	code, err := strconv.ParseUint(string(hex[:]), 16, 8)
	if err != nil {
		return 0, errShape()
	}
	return byte(code), nil
}

// open reads up to the beginning of the text.
func (v *valueReader) open() error {
	for _, want := range []string{"{", `"Value"`, ":", `"`} {
		if err := v.token(want); err != nil {
			return err
		}
	}
	return nil
}

// close reads what may follow the text.
func (v *valueReader) close() error {
	if err := v.token("}"); err != nil {
		return err
	}
	if err := v.space(); !errors.Is(err, io.EOF) {
		return errShape()
	}
	return io.EOF
}

func (v *valueReader) token(want string) error {
	if v.space() != nil {
		return io.ErrUnexpectedEOF
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(v.in, got); err != nil || string(got) != want {
		return errShape()
	}
	return nil
}

// space skips white space; io.EOF where nothing follows.
func (v *valueReader) space() error {
	for {
		c, err := v.in.ReadByte()
		if err != nil {
			return err
		}
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return v.in.UnreadByte()
		}
	}
}
