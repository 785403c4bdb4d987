package document

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// errOdd says that the library is to read the document.
var errOdd = errors.New("is not plain")

// scanner is a document as a source, if it is plain: texts, numbers, true, false,
// objects and arrays by RFC 8259, in UTF-8, and no null, no half of a surrogate pair, no
// empty array. It does not tell an object's end from an array's: who reads by tables
// looks for the one that is due.
type scanner struct {
	text string
	at   int
	due  due
}

// due is what a scanner looks for.
type due uint8

const (
	dueFirst     due = iota // a value, or the end of what has just been opened
	dueValue                // a value, for a comma or a colon stands before it
	dueColon                // the colon behind a name
	dueSeparator            // a comma or an end
)

// done reports whether nothing but space is left.
func (s *scanner) done() bool {
	return s.next() == 0 && s.at == len(s.text) && s.due == dueSeparator
}

// next is the byte that follows the space, zero at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) peek() jsontext.Kind {
	c := s.next()
	switch s.due {
	case dueColon:
		if c != ':' {
			return 0
		}
		c = s.pass()
	case dueSeparator:
		if c == '}' || c == ']' {
			return jsontext.Kind(c)
		}
		if c != ',' {
			return 0
		}
		c = s.pass()
	}
	if s.due == dueValue && (c == '}' || c == ']') {
		return 0
	}
	return kindOf(c)
}

// pass goes over a comma or a colon.
func (s *scanner) pass() byte {
	s.at++
	s.due = dueValue
	return s.next()
}

func (s *scanner) bracket() error {
	switch s.peek() {
	case '{', '[':
		s.due = dueFirst
	case '}', ']':
		if s.due == dueFirst && s.text[s.at] == ']' {
			return errOdd
		}
		s.due = dueSeparator
	default:
		return errOdd
	}
	s.at++
	return nil
}

func (s *scanner) name() (string, error) {
	if s.peek() != '"' {
		return "", errOdd
	}
	return s.literal('"', dueColon)
}

func (s *scanner) value() (string, error) { return s.literal(s.peek(), dueSeparator) }

// literal reads what is neither object nor array, and begins here.
func (s *scanner) literal(kind jsontext.Kind, then due) (string, error) {
	rest := s.text[s.at:]
	var n int
	switch kind {
	case '"':
		n = quoted(rest)
	case '0':
		n = numeral(rest)
	case 't':
		n = word(rest, "true")
	case 'f':
		n = word(rest, "false")
	}
	if n == 0 {
		return "", errOdd
	}
	s.at += n
	s.due = then
	return rest[:n], nil
}

// pointer is asked for a problem's sake: there the plain way ends.
func (s *scanner) pointer() jsontext.Pointer { return "" }

// The length of what s starts with; zero if it is not what it should be.

func word(s, want string) int {
	if strings.HasPrefix(s, want) {
		return len(want)
	}
	return 0
}

// quoted looks at the bytes of a text one after the other. Letters of two bytes, as
// Cyrillic ones are, are checked in passing.
func quoted(s string) int {
	for i := 1; i < len(s); {
		n := 1
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			n = escape(s[i:])
		case c >= ' ' && c < utf8.RuneSelf:
		case c >= 0xc2 && c <= 0xdf && i+1 < len(s) && s[i+1]&0xc0 == 0x80:
			n = 2
		default:
			n = letter(s[i:])
		}
		if n == 0 {
			return 0
		}
		i += n
	}
	return 0
}

// letter is a character outside ASCII.
func letter(s string) int {
	if r, n := utf8.DecodeRuneInString(s); r >= utf8.RuneSelf && n > 1 {
		return n
	}
	return 0
}

// escape leaves surrogates to the library: they stand for a letter in pairs alone.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	if s[1] != 'u' {
		return 2 * min(1, strings.Count(`"\/bfnrt`, s[1:2]))
	}
	const size = len(`\u0000`)
	if len(s) < size || s[2]|0x20 == 'd' {
		return 0
	}
	for _, c := range []byte(s[2:size]) {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return 0
		}
	}
	return size
}

func numeral(s string) int {
	i := word(s, "-")
	whole := digits(s[i:])
	if whole == 0 || whole > 1 && s[i] == '0' {
		return 0
	}
	i += whole
	if i < len(s) && s[i] == '.' {
		fraction := digits(s[i+1:])
		if fraction == 0 {
			return 0
		}
		i += 1 + fraction
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		exponent := digits(s[i:])
		if exponent == 0 {
			return 0
		}
		i += exponent
	}
	return i
}

func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}
