package services

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// detached starts a shell command as servers are started.
func detached(t *testing.T, script string) identity {
	t.Helper()
	dir := t.TempDir()
	id, err := launch{program: "sh", args: []string{"-c", script}}.detach(filepath.Join(dir, "log"), filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = id.kill() })
	return id
}

func TestDetachedHasItsOwnSession(t *testing.T) {
	id := detached(t, "exec sleep 60")
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(id.PID) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	if fields[3] != strconv.Itoa(id.PID) { // the session
		t.Errorf("session %s, want %d", fields[3], id.PID)
	}
}

func TestOnceTellsWhatWasSaid(t *testing.T) {
	err := launch{program: "sh", args: []string{"-c", `printf 'why\n\n\tat java.lang.Thread.run\n'; exit 3`}}.once(t.Context())
	if err == nil || err.Error() != "sh: exit status 3: why" {
		t.Errorf("error %v", err)
	}
	if err := (launch{program: "true"}).once(t.Context()); err != nil {
		t.Error(err)
	}
}
