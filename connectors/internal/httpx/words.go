package httpx

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted bounds the server's words in an error, in characters.
const maxQuoted = 500

// words returns what a refusal says, cut and without control characters; empty
// where it says nothing that can be quoted.
func words(h http.Header, body []byte) string {
	if IsHTML(h, body) {
		return "an HTML page"
	}
	if said := jsonWords(body); said != "" {
		return quotable(said)
	}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "text/plain" && utf8.Valid(body) {
		return quotable(string(body))
	}
	return ""
}

// jsonWords knows the shapes in which systems say why: messages (ПОС), error as
// an object (OData) or a code (RFC 6749), detail and title (RFC 9457), message
// (Spring).
func jsonWords(body []byte) string {
	var said struct {
		Messages    []string        `json:"messages"`
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Detail      string          `json:"detail"`
		Title       string          `json:"title"`
		Message     string          `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil {
		return ""
	}
	for _, s := range []string{
		strings.Join(said.Messages, "; "), errorWords(said.Error, said.Description), said.Detail, said.Title, said.Message,
	} {
		if s != "" {
			return s
		}
	}
	return ""
}

func errorWords(raw json.RawMessage, description string) string {
	var odata struct {
		Code    string          `json:"code"`
		Message json.RawMessage `json:"message"`
	}
	var code string
	switch {
	case json.Unmarshal(raw, &code) == nil:
		return joined(code, description)
	case json.Unmarshal(raw, &odata) == nil:
		return joined(odata.Code, textOrValue(odata.Message))
	}
	return ""
}

// textOrValue reads "text" or {"value": "text"}.
func textOrValue(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var v struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return v.Value
}

func joined(code, text string) string {
	if code == "" || text == "" {
		return code + text
	}
	return code + ": " + text
}

func quotable(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if utf8.RuneCountInString(s) <= maxQuoted {
		return s
	}
	return string([]rune(s)[:maxQuoted]) + "…"
}

// IsHTML reports whether an answer is a page for people: by its media type, or
// by its first character where the header says nothing true.
func IsHTML(h http.Header, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	start := bytes.ToLower(bytes.TrimLeft(body[:min(len(body), 512)], "\ufeff \t\r\n"))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}
