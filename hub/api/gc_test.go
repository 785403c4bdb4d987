package api

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSpoolGC: an upload whose appeal never came is removed after the grace, one
// that an appeal names stays, and no grace is shorter than a day.
func TestSpoolGC(t *testing.T) {
	w := newWorld(t, nil)
	upload := func(body string) string {
		return w.do(post, "/api/v1/attachments", strings.NewReader(body), "Content-Type", "text/plain", "Content-Disposition", `attachment; filename="a.txt"`).want(201).at("sha256").(string)
	}
	lost, named := upload("nobody's"), upload("needed")
	w.submit(map[string]any{"attachments": []any{map[string]any{"id": "1", "name": "a.txt", "sha256": named}}})
	old := w.clock.Now().AddDate(0, 0, -8)
	err := filepath.WalkDir(w.spoolDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chtimes(path, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.do(post, "/api/v1/spool/gc", map[string]any{"grace": "1h"}).problem(400, "bad-request")
	if got := w.do(post, "/api/v1/spool/gc", map[string]any{"grace": (9 * 24 * time.Hour).String()}).want(200); got.at("removed") != 0.0 {
		t.Errorf("younger than the grace: %s", got.body)
	}
	if got := w.do(post, "/api/v1/spool/gc", map[string]any{"dry_run": true}).want(200); got.at("removed") != 1.0 {
		t.Errorf("dry run: %s", got.body)
	}
	if got := w.do(post, "/api/v1/spool/gc", map[string]any{}).want(200); got.at("removed") != 1.0 || got.at("removed_bytes") != 8.0 {
		t.Errorf("swept: %s", got.body)
	}
	for digest, want := range map[string]bool{lost: false, named: true} {
		if _, err := w.cfg.Spool.Stat(digest); (err == nil) != want {
			t.Errorf("%s: %v", digest, err)
		}
	}
}
