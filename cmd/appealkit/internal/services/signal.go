package services

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// signal sends sig if the process is still the one meant.
func (id identity) signal(sig syscall.Signal) error {
	if id.PID <= 0 {
		return nil
	}
	p, err := os.FindProcess(id.PID) // holds on to the process, so that none other can be hit
	if err != nil {
		return fmt.Errorf("signal %d: %w", id.PID, err)
	}
	defer p.Release()
	if !id.alive() {
		return nil
	}
	if err := p.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %d: %w", id.PID, err)
	}
	return nil
}

// freeze stops the process, then those that it has started: PostgreSQL answers
// clients in processes of their own.
func (id identity) freeze() error {
	if err := id.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	var errs []error
	for _, child := range id.children() {
		errs = append(errs, child.signal(syscall.SIGSTOP))
	}
	return errors.Join(errs...)
}

// thaw lets them go on.
func (id identity) thaw() error {
	var errs []error
	for _, child := range id.children() {
		errs = append(errs, child.signal(syscall.SIGCONT))
	}
	return errors.Join(append(errs, id.signal(syscall.SIGCONT))...)
}

// kill ends the process and those that it has started with SIGKILL and waits
// until they are gone. Frozen first, it can't start another meanwhile.
func (id identity) kill() error {
	if err := id.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	all := append(id.children(), id)
	for _, p := range all {
		if err := p.signal(syscall.SIGKILL); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, p := range all {
		if err := p.gone(ctx); err != nil {
			return fmt.Errorf("process %d outlives SIGKILL: %w", p.PID, err)
		}
	}
	return nil
}

// gone waits until the process has ended.
func (id identity) gone(ctx context.Context) error {
	return poll(ctx, 5*time.Millisecond, func() (bool, error) { return !id.alive(), nil })
}

// end asks the process to end and kills it where it has not within the grace;
// killed says so.
func (id identity) end(ctx context.Context, sig syscall.Signal, grace time.Duration) (killed bool, err error) {
	if err := id.signal(sig); err != nil {
		return false, err
	}
	if err := id.thaw(); err != nil { // what is frozen hears nothing
		return false, err
	}
	limited, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if id.gone(limited) == nil {
		return false, nil
	}
	return true, id.kill()
}

// poll calls f at once and then every so often until it is done or fails, or
// ctx ends.
func poll(ctx context.Context, every time.Duration, f func() (done bool, err error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if done, err := f(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
