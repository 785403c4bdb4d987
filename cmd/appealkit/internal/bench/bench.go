package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Config says what to measure.
type Config struct {
	Program string // this program
	Slow    string // the same, built with the tag failpoints: it can delay commits; empty: not measured
	Count   int    // appeals of each trial
	Stored  int    // appeals stored beforehand for the trial on a full journal; 0: not measured
	Waiting int    // appeals that wait while the receiver is down; 0: not measured
	Body    []byte
	Dir     string // for journals; on the disk that is to be measured
	Out     io.Writer
}

// fsyncDelay is what each sync is made slower by in the trials on a slow disk.
const fsyncDelay = 5 * time.Millisecond

// Run measures and prints.
func Run(ctx context.Context, cfg Config) error {
	r, err := newReceiver()
	if err != nil {
		return err
	}
	defer r.close()
	printMachine(cfg.Out, cfg.Dir)
	fmt.Fprintf(cfg.Out, "%d appeals of %d bytes a trial; load, receiver and hub share the machine\n\n", cfg.Count, len(cfg.Body))
	s := &series{cfg: cfg, receiver: r}
	s.head()
	for _, connections := range []int{32, 256} {
		s.pair(ctx, cfg.Program, connections, 0)
	}
	if cfg.Slow != "" {
		for _, connections := range []int{32, 256} {
			s.pair(ctx, cfg.Slow, connections, fsyncDelay)
		}
	}
	if s.err == nil && cfg.Waiting > 0 {
		s.err = s.waiting(ctx)
	}
	if s.err == nil && cfg.Stored > 0 {
		s.err = s.stored(ctx)
	}
	return s.err
}

// series is a row of trials; the first error ends it.
type series struct {
	cfg      Config
	receiver *receiver
	number   int
	err      error
}

func (s *series) head() {
	fmt.Fprintf(s.cfg.Out, "%-10s %5s %6s %10s %9s %9s %10s %8s %9s %9s\n", "", "conns", "fsync", "appeals/s", "p50", "p99", "CPU s/1000", "RSS MiB", "a commit", "of bound")
}

// pair measures bound and hub one after the other.
func (s *series) pair(ctx context.Context, program string, connections int, delay time.Duration) {
	bound := s.one(ctx, s.trial(program, "bound", connections, delay), 0)
	s.one(ctx, s.trial(program, "hub", connections, delay), bound.rate)
}

func (s *series) trial(program, mode string, connections int, delay time.Duration) trial {
	s.number++
	return trial{
		program: program, mode: mode, dir: filepath.Join(s.cfg.Dir, fmt.Sprintf("trial-%d", s.number)),
		connections: connections, count: s.cfg.Count, fsyncDelay: delay, body: s.cfg.Body, receiver: s.receiver,
	}
}

func (s *series) one(ctx context.Context, t trial, bound float64) measure {
	if s.err != nil {
		return measure{}
	}
	m, err := t.run(ctx)
	if err != nil {
		s.err = fmt.Errorf("%s, %d connections: %w", t.mode, t.connections, err)
		return m
	}
	s.print(t.mode, t, m, bound)
	s.err = os.RemoveAll(t.dir)
	return m
}

func (s *series) print(name string, t trial, m measure, bound float64) {
	share := ""
	if bound > 0 {
		share = fmt.Sprintf("%.2f", m.rate/bound)
	}
	fmt.Fprintf(s.cfg.Out, "%-10s %5d %6s %10.0f %9s %9s %10.3f %8.0f %9.1f %9s\n", name, t.connections, "+"+t.fsyncDelay.String(), m.rate,
		m.p50.Round(10*time.Microsecond), m.p99.Round(10*time.Microsecond), m.cpu, float64(m.rss)/(1<<20), m.commits, share)
}

// waiting measures memory while the receiver is down and appeals pile up.
func (s *series) waiting(ctx context.Context) error {
	t := s.trial(s.cfg.Program, "hub", 32, 0)
	p, err := t.start(ctx)
	if err != nil {
		return err
	}
	sent, used, err := t.pileUp(ctx, p, s.cfg.Waiting)
	if err == nil {
		fmt.Fprintf(s.cfg.Out, "\nreceiver down, %d waiting: %.0f MiB, accepted at %.0f/s\n", s.cfg.Waiting, float64(used.RSS)/(1<<20), sent)
	}
	return errors.Join(err, p.Stop(time.Minute), os.RemoveAll(t.dir))
}

// stored compares the CPU that an appeal takes on an almost empty journal with
// that on a full one.
func (s *series) stored(ctx context.Context) error {
	t := s.trial(s.cfg.Program, "hub", 32, 0)
	p, err := t.start(ctx)
	if err != nil {
		return err
	}
	few, err := t.load(ctx, p)
	if err == nil {
		t.count = s.cfg.Stored - s.cfg.Count
		_, err = t.load(ctx, p)
	}
	var many measure
	if err == nil {
		t.count = s.cfg.Count
		many, err = t.load(ctx, p)
	}
	if err == nil {
		s.print("hub, few", t, few, 0)
		s.print("hub, full", t, many, 0)
		fmt.Fprintf(s.cfg.Out, "CPU per appeal with %d stored: %.2f of that with %d\n", s.cfg.Stored, many.cpu/few.cpu, s.cfg.Count)
	}
	return errors.Join(err, p.Stop(time.Minute), os.RemoveAll(t.dir))
}
