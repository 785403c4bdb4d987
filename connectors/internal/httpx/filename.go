package httpx

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// maxName bounds a file name, in bytes: what common file systems take.
const maxName = 255

// Filename reads a file's name from Content-Disposition and its media type from
// Content-Type. The name may be given by filename* (RFC 6266), as RFC 2047
// words, percent-encoded, as raw UTF-8 or windows-1251 bytes, or as UTF-8 whose
// bytes were taken for Latin-1 or windows-1252 and encoded once more. What is
// returned is a base name: no path, no "..", no control characters, 255 bytes
// at most with its extension kept; empty where nothing is left. The media type
// is bare and lower case; empty where there is none.
func Filename(h http.Header) (name, mediaType string) {
	mediaType, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.Contains(mediaType, "/") {
		mediaType = ""
	}
	plain, extended := dispositionNames(h.Get("Content-Disposition"))
	if name = BaseName(unmangled(decodeExtended(extended))); name == "" {
		name = BaseName(unmangled(decodePlain(plain)))
	}
	return name, mediaType
}

// BaseName makes a safe file name of s: what follows the last / or \, without
// control and direction characters, cut to 255 bytes before its extension;
// empty for "", "." and "..".
func BaseName(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, s)
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.TrimSpace(s)
	if strings.Trim(s, ". ") == "" {
		return ""
	}
	return cutName(s)
}

func cutName(s string) string {
	if len(s) <= maxName {
		return s
	}
	ext := ""
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 32 {
		ext = s[dot:]
	}
	stem := s[:maxName-len(ext)]
	for !utf8.ValidString(stem) { // the cut fell inside a character
		stem = stem[:len(stem)-1]
	}
	return stem + ext
}

// dispositionNames returns the values of filename and filename*, unquoted and
// undecoded. It forgives what browsers forgive.
func dispositionNames(header string) (plain, extended string) {
	for rest := header; rest != ""; {
		var param string
		param, rest = nextParam(rest)
		key, value, found := strings.Cut(param, "=")
		if !found {
			continue
		}
		value = unquote(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "filename":
			plain = value
		case "filename*":
			extended = value
		}
	}
	return plain, extended
}

// nextParam cuts header at the first ; that is not within quotes.
func nextParam(header string) (param, rest string) {
	quoted := false
	for i := 0; i < len(header); i++ {
		switch c := header[i]; {
		case c == '\\' && quoted && i+1 < len(header) && header[i+1] == '"':
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			return header[:i], header[i+1:]
		}
	}
	return header, ""
}

// unquote takes off quotes. Only \" and \\ are escapes: others are the path
// separators of old browsers.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return strings.Trim(s, `"`)
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[1 : len(s)-1])
}

// decodeExtended reads charset'language'percent-encoded (RFC 8187).
func decodeExtended(s string) string {
	parts := strings.SplitN(s, "'", 3)
	if len(parts) != 3 {
		return decodePlain(s)
	}
	raw, err := url.PathUnescape(parts[2])
	if err != nil {
		return ""
	}
	r, err := charsetReader(parts[0], strings.NewReader(raw))
	if err != nil {
		return toUTF8(raw)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	return toUTF8(string(text))
}

func decodePlain(s string) string {
	if strings.Contains(s, "=?") {
		words := mime.WordDecoder{CharsetReader: charsetReader}
		if text, err := words.DecodeHeader(s); err == nil {
			s = text
		}
	}
	if strings.Contains(s, "%") {
		if raw, err := url.PathUnescape(s); err == nil {
			s = raw
		}
	}
	return toUTF8(s)
}

func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(in), nil
}

// toUTF8 takes bytes that are not UTF-8 for windows-1251.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	text, err := charmap.Windows1251.NewDecoder().String(s)
	if err != nil {
		return ""
	}
	return text
}

// unmangled undoes what servers do that take the bytes of a name for Latin-1 or
// windows-1252 and encode them again: where every character is one byte and the
// bytes together are UTF-8, they are the name.
func unmangled(s string) string {
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		b, known := byte(r), r <= 0xff
		if !known {
			b, known = charmap.Windows1252.EncodeRune(r)
		}
		if !known {
			return s
		}
		raw = append(raw, b)
	}
	if !utf8.Valid(raw) {
		return s
	}
	return string(raw)
}
