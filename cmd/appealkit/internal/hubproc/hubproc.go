// Package hubproc runs the hub's program as a process of its own, as its users
// do: starts it, waits until it is ready, ends or kills it, and tells what it
// used.
package hubproc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Config says which program to run and how.
type Config struct {
	Program string   // path of the binary
	Args    []string // its arguments
	Env     []string // beside this process's own
	URL     string   // where its API will be
	Log     io.Writer
	Start   func(*exec.Cmd) error // where it runs; nil: on this machine's own network
}

// Process is a hub that was started.
type Process struct {
	URL  string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start starts the program. It does not wait until it is ready.
func Start(cfg Config) (*Process, error) {
	cmd := exec.Command(cfg.Program, cfg.Args...)
	cmd.Env = append(os.Environ(), cfg.Env...)
	cmd.Stdout, cmd.Stderr = cfg.Log, cfg.Log
	cmd.WaitDelay = time.Second
	start := (*exec.Cmd).Start
	if cfg.Start != nil {
		start = cfg.Start
	}
	if err := start(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cfg.Program), err)
	}
	p := &Process{URL: cfg.URL, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // what it says is read from the process's state
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ready waits until the hub answers that it is ready.
func (p *Process) Ready(ctx context.Context) error {
	for {
		if answers(ctx, p.URL+"/readyz") {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("the hub ended: %s", p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("the hub is not ready: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Kill ends the process with SIGKILL and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// Freeze stops the process as it is, and Thaw lets it go on.
func (p *Process) Freeze() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets a frozen process go on.
func (p *Process) Thaw() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// Killed reports whether the process, which has ended, was ended by SIGKILL.
func (p *Process) Killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Stop ends the process with SIGTERM and waits; an error says that it did not
// end well or not in time.
func (p *Process) Stop(within time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(within):
		p.Kill()
		return fmt.Errorf("the hub did not end within %v of SIGTERM", within)
	}
	if !p.cmd.ProcessState.Success() {
		return fmt.Errorf("the hub ended with %s", p.cmd.ProcessState)
	}
	return nil
}

// Usage is what a process has used.
type Usage struct {
	CPU time.Duration // user and system
	RSS int64         // bytes, the most at any time
}

// Usage tells what the running process has used so far.
func (p *Process) Usage() (Usage, error) { return usage(p.cmd.Process.Pid) }

// FreeAddress returns an address on loopback that nobody listens on now.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Beside returns the path of a program that lies beside this one.
func Beside(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not beside this program: run make build", name)
	}
	return path, nil
}
