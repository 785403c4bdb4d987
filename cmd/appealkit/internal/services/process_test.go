package services

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStalePID(t *testing.T) {
	id := detached(t, "exec sleep 60")
	if !id.alive() {
		t.Fatal("it does not live")
	}
	reused := id
	reused.Start += "0" // as if the number had gone to a later process
	if reused.alive() {
		t.Error("another process with the number is taken for it")
	}
	if err := reused.kill(); err != nil {
		t.Error(err)
	}
	if !id.alive() {
		t.Error("another process was killed in its place")
	}
	if (identity{}).alive() || (identity{}).kill() != nil {
		t.Error("no process is one")
	}
}

func TestZombieHasEnded(t *testing.T) {
	c := exec.Command("true")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := identify(c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := id.gone(ctx); err != nil { // it waits to be waited for
		t.Error(err)
	}
	_ = c.Wait()
}

func TestEnd(t *testing.T) {
	for _, test := range []struct {
		name, script string
		grace        time.Duration
		killed       bool
	}{
		{"ends", "exec sleep 60", time.Minute, false},
		{"does not listen", "trap '' TERM; echo ready; while :; do sleep 1; done", 50 * time.Millisecond, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			id := detached(t, test.script)
			if err := id.freeze(); err != nil {
				t.Fatal(err)
			}
			if test.killed { // only once the shell has set its trap
				awaitTrap(t, id)
			}
			killed, err := id.end(t.Context(), syscall.SIGTERM, test.grace)
			if err != nil || killed != test.killed {
				t.Errorf("killed %t, %v", killed, err)
			}
			if id.alive() {
				t.Error("it lives on")
			}
		})
	}
}

// awaitTrap thaws the process and waits until it ignores SIGTERM.
func awaitTrap(t *testing.T, id identity) {
	t.Helper()
	if err := id.thaw(); err != nil {
		t.Fatal(err)
	}
	err := poll(t.Context(), 5*time.Millisecond, func() (bool, error) {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(id.PID) + "/status")
		for line := range strings.Lines(string(status)) {
			if mask, ok := strings.CutPrefix(line, "SigIgn:\t"); ok {
				bits, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
				return bits&(1<<(syscall.SIGTERM-1)) != 0, err
			}
		}
		return false, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestChildrenShareTheFate(t *testing.T) {
	id := detached(t, "sleep 60 & sleep 60 & wait")
	var children []identity
	err := poll(t.Context(), 5*time.Millisecond, func() (bool, error) {
		children = id.children()
		return len(children) == 2, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := id.freeze(); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(children, id) {
		if err := poll(t.Context(), time.Millisecond, func() (bool, error) { return p.frozen(), nil }); err != nil {
			t.Errorf("%d is not frozen", p.PID)
		}
	}
	if err := id.thaw(); err != nil || id.frozen() {
		t.Errorf("thawed: %v", err)
	}
	if err := id.kill(); err != nil {
		t.Fatal(err)
	}
	for _, p := range append(children, id) {
		if p.alive() {
			t.Errorf("%d lives on", p.PID)
		}
	}
}
