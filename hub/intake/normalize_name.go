package intake

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/appealhub/appealhub/sdk"
)

// fileName makes a safe base name of s: what follows its last separator,
// without control and direction characters, in NFC, 255 characters at most with
// the extension kept. Empty for a name that says nothing, as ".." does.
func fileName(s string) string {
	if s == "" {
		return ""
	}
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = clean(strings.Map(shown, s))
	if strings.Trim(s, ". ") == "" {
		return ""
	}
	return cutName(s)
}

// shown drops what can't be seen in a name and so may deceive.
func shown(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' {
		return -1
	}
	return r
}

func cutName(s string) string {
	if len(s) <= sdk.MaxName || utf8.RuneCountInString(s) <= sdk.MaxName {
		return s
	}
	runes := []rune(s)
	ext := ""
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 32 {
		ext = s[dot:]
	}
	return strings.TrimSpace(string(runes[:sdk.MaxName-utf8.RuneCountInString(ext)])) + ext
}

// mediaType keeps type/subtype in lower case; what has no such form is none.
func mediaType(s string) string {
	if s == "" {
		return ""
	}
	s, _, _ = strings.Cut(s, ";")
	s = strings.ToLower(strings.TrimSpace(s))
	if !sdk.ValidMediaType(s) {
		return ""
	}
	return s
}
