package services

import (
	"context"
	"fmt"
	"os"
	"syscall"
)

// Stop asks the server to end and waits; one that has not ended in time is
// killed, which is told on Config.Out. Its data stay. One that does not run is
// stopped already.
func (v *Server) Stop(ctx context.Context) error {
	if _, err := v.ours(); err != nil {
		return err
	}
	return v.stop(ctx)
}

func (v *Server) stop(ctx context.Context) error {
	rec, err := v.record()
	if err != nil {
		return err
	}
	l, err := v.kind.launch(rec)
	sig := l.stop
	if err != nil { // its program is gone, it still runs
		sig = syscall.SIGTERM
	}
	killed, err := rec.Process.end(ctx, sig, v.owner.cfg.grace())
	if err != nil {
		return fmt.Errorf("stop %s: %w", v.name, err)
	}
	if killed {
		v.owner.say("%s did not end within %v and was killed", v.name, v.owner.cfg.grace())
	}
	return v.ended(rec)
}

// Kill ends the server with SIGKILL, and the processes that it has started, and
// waits until they are gone.
func (v *Server) Kill() error {
	rec, err := v.ours()
	if err != nil {
		return err
	}
	if err := rec.Process.kill(); err != nil {
		return fmt.Errorf("kill %s: %w", v.name, err)
	}
	return v.ended(rec)
}

// ended takes the process out of the state.
func (v *Server) ended(rec record) error {
	_ = os.Remove(v.owner.path(v.name, "pid")) // for people; the state counts
	rec.Process = identity{}
	return v.store(rec)
}

// Restart stops the server well, starts it again and waits until it is ready.
func (v *Server) Restart(ctx context.Context) error {
	if err := v.Stop(ctx); err != nil {
		return err
	}
	return v.Start(ctx)
}

// Freeze stops the server by SIGSTOP, with the processes that it has started:
// connections stay open and nobody answers.
func (v *Server) Freeze() error { return v.both("freeze", identity.freeze) }

// Thaw lets a frozen server go on.
func (v *Server) Thaw() error { return v.both("thaw", identity.thaw) }

func (v *Server) both(what string, f func(identity) error) error {
	rec, err := v.ours()
	if err != nil {
		return err
	}
	if !rec.Process.alive() {
		return fmt.Errorf("%s %s: it does not run", what, v.name)
	}
	if err := f(rec.Process); err != nil {
		return fmt.Errorf("%s %s: %w", what, v.name, err)
	}
	return nil
}
