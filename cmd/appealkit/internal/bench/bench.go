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
	Rounds  int    // pairs of bound and hub for each line of the table; more than one: medians
	Clients []int  // connections of the load
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
	fmt.Fprintf(cfg.Out, "%d appeals of %d bytes a trial, medians of %d; load, receiver and hub share the machine\n\n", cfg.Count, len(cfg.Body), cfg.Rounds)
	s := &series{cfg: cfg, receiver: r}
	s.head()
	for _, connections := range cfg.Clients {
		s.pair(ctx, cfg.Program, connections, 0)
	}
	if cfg.Slow != "" {
		for _, connections := range cfg.Clients {
			s.pair(ctx, cfg.Slow, connections, fsyncDelay)
		}
	}
	if s.err == nil {
		s.err = s.directum(ctx)
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

// pair measures bound and hub in turn, as many times as there are rounds, and
// prints the medians of each figure and of the pairs' ratios.
func (s *series) pair(ctx context.Context, program string, connections int, delay time.Duration) {
	var bounds, hubs []measure
	var shares []float64
	for range s.cfg.Rounds {
		bound := s.one(ctx, s.trial(program, "bound", connections, delay))
		hub := s.one(ctx, s.trial(program, "hub", connections, delay))
		bounds, hubs, shares = append(bounds, bound), append(hubs, hub), append(shares, hub.rate/bound.rate)
	}
	if s.err == nil {
		s.print("bound", connections, delay, medians(bounds), 0)
		s.print("hub", connections, delay, medians(hubs), median(shares))
	}
}

func (s *series) trial(program, mode string, connections int, delay time.Duration) trial {
	s.number++
	return trial{
		program: program, mode: mode, dir: filepath.Join(s.cfg.Dir, fmt.Sprintf("trial-%d", s.number)),
		connections: connections, count: s.cfg.Count, fsyncDelay: delay, body: s.cfg.Body, receiver: s.receiver, address: s.receiver.address,
	}
}

func (s *series) one(ctx context.Context, t trial) measure {
	if s.err != nil {
		return measure{}
	}
	m, err := t.run(ctx)
	if err != nil {
		s.err = fmt.Errorf("%s, %d connections: %w", t.mode, t.connections, err)
		return m
	}
	s.err = os.RemoveAll(t.dir)
	return m
}

// print writes a line of the table; the share of the bound is left out where it
// is 0.
func (s *series) print(name string, connections int, delay time.Duration, m measure, share float64) {
	of := ""
	if share > 0 {
		of = fmt.Sprintf("%.2f", share)
	}
	fmt.Fprintf(s.cfg.Out, "%-10s %5d %6s %10.0f %9s %9s %10.3f %8.0f %9.1f %9s\n", name, connections, "+"+delay.String(), m.rate,
		m.p50.Round(10*time.Microsecond), m.p99.Round(10*time.Microsecond), m.cpu, float64(m.rss)/(1<<20), m.commits, of)
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
		s.print("hub, few", t.connections, 0, few, 0)
		s.print("hub, full", t.connections, 0, many, 0)
		fmt.Fprintf(s.cfg.Out, "CPU per appeal with %d stored: %.2f of that with %d\n", s.cfg.Stored, many.cpu/few.cpu, s.cfg.Count)
	}
	return errors.Join(err, p.Stop(time.Minute), os.RemoveAll(t.dir))
}
