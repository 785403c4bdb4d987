package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCutShort: an answer that ends before its JSON does is told as such, and what
// is no hub's answer at all as that.
func TestCutShort(t *testing.T) {
	for body, want := range map[string]string{`{"differences":[{"kind":`: "cut short", `<html>`: "not the hub's"} {
		hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, body)
		}))
		defer hub.Close()
		a := &app{url: hub.URL}
		err := a.call(t.Context(), request{method: http.MethodGet, path: "/"}, &document{})
		if err == nil || !strings.Contains(err.Error(), want) || codeOf(err) != exitUnavailable {
			t.Errorf("%s: %v", body, err)
		}
	}
}
