package api

import (
	"os"
	"strings"
	"testing"
)

// TestSpoolUnavailable: while files can't be kept or read a caller is told to come again,
// and the log has one line of it.
func TestSpoolUnavailable(t *testing.T) {
	w := newWorld(t, nil)
	up := w.do(post, "/api/v1/attachments", "the file").want(201)
	named := map[string]any{"attachments": []any{map[string]any{"id": "a1", "name": "a.pdf", "ref": up.at("ref")}}}
	id := w.submit(named)
	if err := os.RemoveAll(w.spoolDir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.spoolDir, nil, 0o600); err != nil { // so that it is not a folder
		t.Fatal(err)
	}
	for range 3 {
		for _, r := range []answer{
			w.do(post, "/api/v1/attachments", "another file"),
			w.do(post, "/api/v1/appeals", appealWith(named)),
			w.do(get, "/api/v1/appeals/"+id+"/attachments/a1", nil),
		} {
			if got := r.problem(503, "unavailable"); got.header.Get("Retry-After") == "" || !strings.Contains(got.at("detail").(string), "files") {
				t.Errorf("%s", got.body)
			}
		}
	}
	if n := strings.Count(w.log.String(), "a request failed"); n != 1 {
		t.Errorf("%d lines:\n%s", n, w.log.String())
	}
}
