package directumrxsim

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// token is a word, a bracket, a comma, a colon or a literal of a filter.
type token struct {
	word    string // as written; of a literal too
	literal bool
	value   any // of a literal
}

// lex cuts a filter into tokens.
func lex(in string) ([]token, error) {
	var out []token
	for in = strings.TrimSpace(in); in != ""; in = strings.TrimLeft(in, " ") {
		switch c := in[0]; {
		case strings.IndexByte("(),:", c) >= 0:
			out = append(out, token{word: in[:1]})
			in = in[1:]
		case c == '\'':
			value, rest, err := quoted(in)
			if err != nil {
				return nil, err
			}
			out = append(out, token{word: "'", literal: true, value: value})
			in = rest
		default:
			end := strings.IndexAny(in, " (),")
			if colon := strings.IndexByte(in, ':'); colon > 0 && unicode.IsLetter(rune(c)) && (end < 0 || colon < end) {
				end = colon
			}
			if end < 0 {
				end = len(in)
			}
			t, err := bare(in[:end])
			if err != nil {
				return nil, err
			}
			out = append(out, t)
			in = in[end:]
		}
	}
	return out, nil
}

// quoted reads a text literal, in which two quotes stand for one.
func quoted(in string) (value, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(in); i++ {
		switch {
		case in[i] != '\'':
			b.WriteByte(in[i])
		case i+1 < len(in) && in[i+1] == '\'':
			b.WriteByte('\'')
			i++
		default:
			return b.String(), in[i+1:], nil
		}
	}
	return "", "", bad("There is an unterminated string literal in the filter.")
}

// bare reads a number, a time, true, false, null or a name.
func bare(word string) (token, error) {
	switch word {
	case "null":
		return token{word: word, literal: true}, nil
	case "true", "false":
		return token{word: word, literal: true, value: word == "true"}, nil
	}
	if first := rune(word[0]); first != '-' && !unicode.IsDigit(first) {
		return token{word: word}, nil
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		return token{word: word, literal: true, value: n}, nil
	}
	if at, err := time.Parse(time.RFC3339, word); err == nil {
		return token{word: word, literal: true, value: at}, nil
	}
	return token{}, bad("Unrecognized literal '%s' in the filter.", word)
}
