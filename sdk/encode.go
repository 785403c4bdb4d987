package sdk

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendJSON appends the appeal as an appeal.v1 document: the members in the
// order of the type, as encoding/json writes them but without escapes for HTML.
// It is an error if a text is no UTF-8, a number no number or a time out of the
// years 0 to 9999; the error quotes nothing.
func (a *Appeal) AppendJSON(b []byte) ([]byte, error) {
	e := encoder{b: b, start: len(b)}
	e.appeal(a)
	return e.b, e.err
}

// AppendJSON appends the change as a status-change.v1 document, as
// Appeal.AppendJSON does.
func (c *StatusChange) AppendJSON(b []byte) ([]byte, error) {
	e := encoder{b: b, start: len(b)}
	e.change(c)
	return e.b, e.err
}

// AppendJSON appends the attachment as the documents hold it, as
// Appeal.AppendJSON does.
func (a *Attachment) AppendJSON(b []byte) ([]byte, error) {
	e := encoder{b: b, start: len(b)}
	e.attachment(a)
	return e.b, e.err
}

// encoder writes members one after the other. The first error sticks.
type encoder struct {
	b     []byte
	start int // where the document begins
	err   error
}

var errEncode = errors.New("encode: a value has no form in JSON")

// open begins an object; name is empty for an item of a list or the document.
func (e *encoder) open(name string) {
	if name != "" {
		e.name(name)
	} else {
		e.comma()
	}
	e.b = append(e.b, '{')
}

func (e *encoder) close() { e.b = append(e.b, '}') }

func (e *encoder) comma() {
	if n := len(e.b); n > e.start && e.b[n-1] != '{' && e.b[n-1] != '[' {
		e.b = append(e.b, ',')
	}
}

func (e *encoder) name(name string) {
	e.comma()
	e.b = append(append(append(e.b, '"'), name...), '"', ':')
}

// text leaves an empty one out.
func (e *encoder) text(name, v string) {
	if v != "" {
		e.need(name, v)
	}
}

func (e *encoder) need(name, v string) {
	e.name(name)
	e.quote(v)
}

func (e *encoder) flag(name string, v bool) {
	if v {
		e.name(name)
		e.b = append(e.b, "true"...)
	}
}

// whole leaves zero out.
func (e *encoder) whole(name string, v int64) {
	if v != 0 {
		e.needWhole(name, v)
	}
}

func (e *encoder) needWhole(name string, v int64) {
	e.name(name)
	e.b = strconv.AppendInt(e.b, v, 10)
}

func (e *encoder) number(name string, v float64) {
	e.name(name)
	if size := math.Abs(v); size == 0 || size >= 1e-6 && size < 1e21 {
		e.b = strconv.AppendFloat(e.b, v, 'f', -1, 64)
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		e.err = errEncode
	}
	e.b = append(e.b, raw...)
}

func (e *encoder) date(name string, d Date) {
	if d.IsZero() {
		return
	}
	e.name(name)
	e.b = append(d.append(append(e.b, '"')), '"')
}

func (e *encoder) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	e.name(name)
	text, err := t.AppendText(append(e.b, '"'))
	if err != nil {
		e.err = errEncode
		return
	}
	e.b = append(text, '"')
}

const hexDigits = "0123456789abcdef"

// quote writes a text. Letters of two bytes, as Cyrillic ones are, are checked
// in passing.
func (e *encoder) quote(s string) {
	b := append(e.b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\':
			i++
		case c >= 0xc2 && c <= 0xdf && i+1 < len(s) && s[i+1]&0xc0 == 0x80:
			i += 2
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				e.err = errEncode
				return
			}
			i += size
		default:
			b = escape(append(b, s[from:i]...), c)
			i++
			from = i
		}
	}
	e.b = append(append(b, s[from:]...), '"')
}

// escape writes a character that can't stand for itself.
func escape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
