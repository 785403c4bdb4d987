package cli

import (
	"bytes"
	"errors"
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

// TestPasswordInURL: a password in the hub's address is told nowhere.
func TestPasswordInURL(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }))
	defer other.Close()
	at := strings.Replace(other.URL, "//", "//hub:hunter2@", 1)
	a := &app{url: at, errors: io.Discard}
	told := map[string]string{"silent": a.silent(errors.New("refused")).Error()}
	for name, args := range map[string][]string{"another's": {"link", "list"}, "recompute": {"deadline", "recompute"}, "help": {"link", "list", "--help"}} {
		var out bytes.Buffer
		a := &app{out: &out, errors: &out, env: map[string]string{"HUB_API_URL": at}}
		root := a.root()
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err != nil {
			out.WriteString(err.Error())
		}
		told[name] = out.String()
	}
	for name, text := range told {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "hub:xxxxx@127.0.0.1") {
			t.Errorf("%s: %s", name, text)
		}
	}
}
