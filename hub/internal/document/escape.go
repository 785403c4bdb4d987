package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// unescape resolves the escapes of a JSON string that a source has found
// valid. It is jsontext.AppendUnquote without its second look at every
// character: a long text costs a fifth.
func unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for {
		plain, rest, found := strings.Cut(s, `\`)
		b.WriteString(plain)
		if !found || rest == "" {
			return b.String()
		}
		s = rest[1:]
		switch c := rest[0]; c {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r := unit(s)
			s = s[min(4, len(s)):]
			if utf16.IsSurrogate(r) {
				r = utf16.DecodeRune(r, unit(s[min(2, len(s)):]))
				s = s[min(6, len(s)):]
			}
			b.WriteRune(r)
		default: // a quote, a slash or a backslash
			b.WriteByte(c)
		}
	}
}

// unit reads the four hexadecimal digits that s starts with.
func unit(s string) rune {
	n, err := strconv.ParseUint(s[:min(4, len(s))], 16, 16)
	if err != nil {
		return '\ufffd'
	}
	return rune(n)
}
