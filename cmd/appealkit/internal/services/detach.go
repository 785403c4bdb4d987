package services

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// launch is how a program is started.
type launch struct {
	program string
	args    []string
	env     []string // beside this process's own
	dir     string
	user    *syscall.Credential // nil: this process's
	stop    syscall.Signal      // asks it to end soon and well
}

// cmd is the program as a command, killed when ctx ends.
func (l launch) cmd(ctx context.Context) *exec.Cmd {
	c := exec.CommandContext(ctx, l.program, l.args...)
	c.Env = append(os.Environ(), l.env...)
	c.Dir = l.dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: l.user}
	return c
}

// detach starts the program in a session of its own, its output at the end of
// the log, its number in a file: it outlives this process.
func (l launch) detach(log, pidFile string) (identity, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return identity{}, err
	}
	defer out.Close()
	c := l.cmd(context.Background()) // not when this command ends
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr.Setsid = true
	if err := c.Start(); err != nil {
		return identity{}, fmt.Errorf("start %s: %w", filepath.Base(l.program), err)
	}
	id, err := identify(c.Process.Pid)
	go func() { _ = c.Wait() }() // only so that no zombie stays while this process runs
	if err != nil {
		return identity{}, fmt.Errorf("start %s: %w", filepath.Base(l.program), err)
	}
	return id, os.WriteFile(pidFile, []byte(strconv.Itoa(id.PID)+"\n"), 0o600)
}

// once runs the program to its end; an error holds what it said last.
func (l launch) once(ctx context.Context) error {
	out, err := l.cmd(ctx).CombinedOutput()
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", filepath.Base(l.program), err)
	if said := lastLines(string(out), 8); len(said) > 0 {
		err = fmt.Errorf("%w: %s", err, strings.Join(said, "\n"))
	}
	return err
}

// lastLines are the last n lines of a text, without empty ones and the frames of
// Java's stack traces.
func lastLines(text string, n int) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "\tat ") {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-n):]
}
