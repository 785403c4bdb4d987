package api

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// disposition is the Content-Disposition of a download (RFC 6266): the name in
// UTF-8 as RFC 8187 has it, and in ASCII for those that don't read that. The
// name is made safe anew, wherever it came from.
func disposition(name string) string {
	name = safeName(name)
	return `attachment; filename="` + asciiName(name) + `"; filename*=UTF-8''` + extValue(name)
}

// safeName is a base name without what can't be seen in it.
func safeName(s string) string {
	s = strings.ToValidUTF8(s, "_")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, s)
	if strings.Trim(s, ". ") == "" {
		return "file"
	}
	return s
}

// asciiName replaces what a quoted string can't hold everywhere; a percent sign
// too, for some clients decode it.
func asciiName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, s)
}

// extValue writes the value-chars of RFC 8187.
func extValue(s string) string {
	const plain = "!#$&+-.^_`|~"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if c < utf8.RuneSelf && (letter || strings.IndexByte(plain, c) >= 0) {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
