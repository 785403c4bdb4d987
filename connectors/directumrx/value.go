package directumrx

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"strings"
)

var errNoValue = errors.New("answer has no text member Value")

// findValue reads a JSON object up to the beginning of the text of its member
// Value, which may be too long to be held. The reader ends with that text. A
// null is an empty text.
func findValue(r *bufio.Reader) (io.Reader, error) {
	depth, name, key := 0, "", true
	for {
		b, err := r.ReadByte()
		if err != nil {
			return nil, errNoValue
		}
		switch b {
		case '{', '[':
			depth++
			key = b == '{'
		case '}', ']':
			depth--
		case ',':
			key = true
		case ':':
			key = false
		case '"':
			text := &jsonText{r: r}
			if !key && depth == 1 && strings.EqualFold(name, "value") {
				return text, nil
			}
			s, err := shortText(text)
			if err != nil {
				return nil, errNoValue
			}
			if key && depth == 1 {
				name = s
			}
		case 'n':
			if !key && depth == 1 && strings.EqualFold(name, "value") {
				return strings.NewReader(""), nil
			}
		}
	}
}

// shortText reads a text to its end and returns its beginning.
func shortText(r io.Reader) (string, error) {
	head, err := io.ReadAll(io.LimitReader(r, 64))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, r)
	return string(head), err
}

// jsonText reads the bytes of a JSON text up to its closing quote. Of the
// escapes it knows those that encoders use within base64; others become a
// question mark, which no base64 holds.
type jsonText struct {
	r     *bufio.Reader
	ended bool
}

// Read is io.Reader's.
func (t *jsonText) Read(p []byte) (n int, err error) {
	for n < len(p) && !t.ended {
		b, err := t.r.ReadByte()
		if err != nil {
			return n, unexpected(err)
		}
		switch b {
		case '"':
			t.ended = true
			continue
		case '\\':
			if b, err = t.escaped(); err != nil {
				return n, unexpected(err)
			}
		}
		p[n] = b
		n++
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (t *jsonText) escaped() (byte, error) {
	b, err := t.r.ReadByte()
	if err != nil {
		return 0, err
	}
	switch b {
	case '/', '"', '\\':
		return b, nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 'u':
		var digits [4]byte
		if _, err := io.ReadFull(t.r, digits[:]); err != nil {
			return 0, err
		}
		var code [2]byte
		if _, err := hex.Decode(code[:], digits[:]); err == nil && code[0] == 0 {
			return code[1], nil
		}
	}
	return '?', nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
