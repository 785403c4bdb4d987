package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// broken names what made a document unreadable, without quoting it.
func broken(body []byte, err error) sdk.Problem {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return sdk.Problem{Rule: sdk.RuleSyntax, Why: "is not a JSON document"}
	}
	p := sdk.Problem{Path: pathOf(syntax.JSONPointer)}
	at := min(max(0, int(syntax.ByteOffset)), len(body))
	rest := body[at:]
	switch r, size := utf8.DecodeRune(rest); {
	case r == utf8.RuneError && size == 1:
		p.Rule, p.Why = sdk.RuleInvalidUTF8, fmt.Sprintf("is not valid UTF-8 at byte %d", at)
	case loneSurrogate(rest):
		p.Rule, p.Why = sdk.RuleInvalidUTF8, fmt.Sprintf("has half of a surrogate pair at byte %d", at)
	case ended(body[:at]):
		p.Path, p.Rule, p.Why = "", sdk.RuleTrailingData, fmt.Sprintf("something follows the document at byte %d", at)
	default:
		p.Rule, p.Why = sdk.RuleSyntax, fmt.Sprintf("is not valid JSON at byte %d", at)
	}
	return p
}

// loneSurrogate reports whether b starts with an escape \ud800 to \udfff: in a
// pair it would not have been refused.
func loneSurrogate(b []byte) bool {
	return len(b) >= 6 && b[0] == '\\' && b[1] == 'u' && b[2]|0x20 == 'd' && strings.IndexByte("89abcdefABCDEF", b[3]) >= 0
}

// ended reports whether b is a whole document by itself.
func ended(b []byte) bool {
	return jsontext.Value(b).IsValid(jsontext.AllowDuplicateNames(true))
}

// maxPath bounds a problem's path, in bytes: the deepest of the schema is far
// shorter, and what is nested for mischief's sake is not sent back.
const maxPath = 128

// pathOf is the pointer of a problem. A name that is no plain identifier may be
// anything, a person's name too, and is not repeated.
func pathOf(p jsontext.Pointer) string {
	if identifiers(string(p)) {
		return string(p)
	}
	var out strings.Builder
	for token := range p.Tokens() {
		if out.Len()+1+len(token) > maxPath {
			out.WriteString("/…")
			break
		}
		out.WriteByte('/')
		if identifiers(token) {
			out.WriteString(token)
		} else {
			out.WriteByte('?')
		}
	}
	return out.String()
}

func identifiers(s string) bool {
	for i := 0; i < len(s); i++ {
		b := s[i]
		if b|0x20 < 'a' || b|0x20 > 'z' {
			if (b < '0' || b > '9') && b != '_' && b != '-' && b != '/' {
				return false
			}
		}
	}
	return len(s) <= maxPath
}
