package cli

import (
	"bytes"
	"cmp"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// TestTrust: a hub's certificate is taken if the authority that --ca names signed it, and
// what is refused is told with its cure.
func TestTrust(t *testing.T) {
	hub := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{}`)
	}))
	defer hub.Close()
	hub.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	dir := t.TempDir()
	authority, empty := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "empty.pem")
	for path, text := range map[string][]byte{authority: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hub.Certificate().Raw}), empty: nil} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		url, ca, want string
		code          int
	}{
		"known":   {"", authority, "", exitOK},
		"unknown": {"", "", "is not trusted: x509: certificate signed by unknown authority; name its authority with --ca", exitUnavailable},
		"plain":   {strings.Replace(hub.URL, "https:", "http:", 1), "", "the hub speaks HTTPS; write https:// in --url", exitUnavailable},
		"gone":    {"", filepath.Join(dir, "gone.pem"), "--ca: open ", exitUsage},
		"empty":   {"", empty, "empty.pem holds no PEM certificate", exitUsage},
	} {
		a := &app{url: cmp.Or(c.url, hub.URL), ca: c.ca}
		err := a.call(t.Context(), request{method: http.MethodGet, path: "/"}, &struct{}{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || codeOf(err) != c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPatience: a report over millions of appeals is waited for, and a hub that hangs is
// not for an hour.
func TestPatience(t *testing.T) {
	for path, want := range map[string]time.Duration{
		"/reports/appeals": workTime, "/reports/reconcile": workTime, "/spool/gc": workTime, "/deadlines/simulate": workTime, "/deadlines/recompute": workTime,
		"/deadlines": answerTime, "/links/rx/check": answerTime, "/appeals": answerTime,
	} {
		if got := (&request{path: path}).patience(); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
