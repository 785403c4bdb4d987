package services

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Up installs what is missing, sets up and starts the chosen servers and waits
// until each is ready. What runs already is left alone; where one fails the
// others stay, and its error holds the end of its log.
func (s *Services) Up(ctx context.Context) error {
	unlock, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	servers := s.servers()
	if err := s.install(ctx); err != nil {
		return err
	}
	if err := s.enter(servers); err != nil {
		return err
	}
	return each(servers, func(v *Server) error {
		rec, err := v.record()
		if err != nil {
			return err
		}
		if rec.Process.alive() {
			return v.Start(ctx)
		}
		began := time.Now()
		if err := v.kind.prepare(ctx, rec); err != nil {
			return fmt.Errorf("set up %s: %w", v.name, err)
		}
		if err := v.Start(ctx); err != nil {
			return err
		}
		s.say("%s is up at %s after %.1fs", v.name, v.Address(), time.Since(began).Seconds())
		return nil
	})
}

// Down stops the chosen servers of the folder; their data stay. An environment
// variable that names another server changes nothing here.
func (s *Services) Down(ctx context.Context) error {
	if _, err := os.Stat(s.cfg.Dir); os.IsNotExist(err) {
		return nil
	}
	unlock, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	var servers []*Server
	for _, group := range s.cfg.Only {
		for _, v := range s.group(group) {
			if v.Address() != "" {
				servers = append(servers, v)
			}
		}
	}
	return each(servers, func(v *Server) error {
		was := v.Running()
		err := v.stop(ctx)
		if was && err == nil {
			s.say("%s is down", v.name)
		}
		return err
	})
}

// alone makes the folder and holds it against another Up or Down.
func (s *Services) alone(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(s.cfg.Dir, 0o711); err != nil {
		return nil, fmt.Errorf("folder of the services: %w", err)
	}
	f, err := os.OpenFile(s.path("up.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("folder of the services: %w", err)
	}
	err = poll(ctx, 50*time.Millisecond, func() (bool, error) {
		return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil, nil
	})
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("another up or down is at work in %s: %w", s.cfg.Dir, err)
	}
	return func() { f.Close() }, nil
}

// each does f for all servers at once and tells every error.
func each(servers []*Server, f func(*Server) error) error {
	errs := make([]error, len(servers))
	var all sync.WaitGroup
	for i, v := range servers {
		all.Go(func() { errs[i] = f(v) })
	}
	all.Wait()
	return errors.Join(errs...)
}
