package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSubmitted: an appeal's id is printed once it is journalled; the reference of
// one that waits in the inbound topic, and where it can be asked for.
func TestSubmitted(t *testing.T) {
	at := "/api/v1/appeals/by-ref/api/k1?at=5-2"
	doc := filepath.Join(t.TempDir(), "appeal.json")
	if err := os.WriteFile(doc, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		status                 int
		location, body, output string
		out, told              string
	}{
		"journalled": {201, "/api/v1/appeals/7", `{"id":"7"}`, "table", "7\n", ""},
		"parked":     {201, "/api/v1/appeals/7", `{"id":"7","reason":"no_route"}`, "table", "7\n", "goes nowhere yet (no route): see appealhub dlq parked\n"},
		"buffered":   {202, at, `{"ref":{"link":"api","id":"k1"},"outcome":"buffered"}`, "table", "api/k1\n", "GET " + at},
		"as JSON":    {202, at, `{"ref":{"link":"api","id":"k1"},"outcome":"buffered"}`, "json", `"location": "` + at + `"`, ""},
	} {
		hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Location", c.location)
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		}))
		defer hub.Close()
		var out, told bytes.Buffer
		a := &app{out: &out, errors: &told, env: map[string]string{}}
		root := a.root()
		root.SetArgs([]string{"appeal", "submit", doc, "--url", hub.URL, "--output", c.output})
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), c.out) || !strings.Contains(told.String(), c.told) || c.told == "" && told.Len() > 0 {
			t.Errorf("%s: printed %q, told %q", name, &out, &told)
		}
	}
}
