package demo

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFolderInUse: what an earlier demonstration left knows the same appeals already,
// and nothing would happen to them.
func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := Run(t.Context(), Config{Program: "/nonexistent", Dir: dir, Out: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "holds an earlier demonstration") {
		t.Error(err)
	}
}
