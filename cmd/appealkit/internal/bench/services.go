package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Servers says what to measure on real servers.
type Servers struct {
	Program  string // this program
	Postgres string // address of a database in which others may be made
	Kafka    []string
	Count    int      // appeals of each trial
	Rounds   int      // interleaved pairs for each ratio
	Backlog  int      // appeals that wait in Kafka
	Only     []string // names of figures; empty: all
	Body     []byte
	Dir      string
	Out      io.Writer
}

// RunServers measures and prints; each figure beside its bare limit.
func RunServers(ctx context.Context, cfg Servers) error {
	r, err := newReceiver()
	if err != nil {
		return err
	}
	defer r.close()
	printMachine(cfg.Out, cfg.Dir)
	fmt.Fprintf(cfg.Out, "%d appeals of %d bytes a trial, medians of %d interleaved pairs; servers, load, receiver and hub share the machine\n\n", cfg.Count, len(cfg.Body), cfg.Rounds)
	s := &servers{cfg: cfg, receiver: r}
	defer s.clean()
	for _, f := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"whole", s.whole}, {"backlog", s.backlog}, {"feed", s.feed}, {"publish", s.publish}, {"latency", s.latency}, {"stages", s.stages}, {"poison", s.poison}, {"nodes", s.twoNodes},
	} {
		if !chosen(cfg.Only, f.name) {
			continue
		}
		if err := f.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func chosen(only []string, name string) bool {
	if len(only) == 0 {
		return true
	}
	for _, o := range only {
		if o == name {
			return true
		}
	}
	return false
}

// servers are the trials' surroundings.
type servers struct {
	cfg      Servers
	receiver *receiver
	made     []string // databases
	number   int
}

func (s *servers) say(format string, args ...any) { fmt.Fprintf(s.cfg.Out, format+"\n", args...) }

// place is a database and topics that nobody has.
type place struct{ journal, bus, name string }

func (s *servers) place(ctx context.Context) (place, error) {
	name := "bench_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	c, err := pgx.Connect(ctx, s.cfg.Postgres)
	if err != nil {
		return place{}, err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return place{}, err
	}
	s.made = append(s.made, name)
	u, err := url.Parse(s.cfg.Postgres)
	if err != nil {
		return place{}, err
	}
	u.Path = "/" + name
	return place{journal: u.String(), bus: "kafka://" + strings.Join(s.cfg.Kafka, ",") + "?prefix=" + name + "-&replication=1", name: name}, nil
}

// clean removes the databases.
func (s *servers) clean() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, s.cfg.Postgres)
	if err != nil {
		return
	}
	defer c.Close(ctx)
	for _, name := range s.made {
		_, _ = c.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)") // what can't be removed stays
	}
}

func (s *servers) trial(p place, connections int) trial {
	s.number++
	return trial{
		program: s.cfg.Program, mode: "hub", dir: s.dir(s.number),
		connections: connections, count: s.cfg.Count, body: s.cfg.Body, receiver: s.receiver, address: s.receiver.address, journal: p.journal, bus: p.bus,
	}
}

func (s *servers) dir(number int) string {
	return filepath.Join(s.cfg.Dir, fmt.Sprintf("trial-%d", number))
}

// one measures a hub that has begun its work: its topics and connections are there.
func (s *servers) one(ctx context.Context, p place, connections int) (m measure, err error) {
	t := s.trial(p, connections)
	process, err := t.start(ctx)
	if err != nil {
		return measure{}, err
	}
	defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
	for _, t.count = range []int{warmUp, s.cfg.Count} {
		if m, err = t.load(ctx, process); err != nil {
			return measure{}, err
		}
	}
	return m, nil
}

// whole compares the way HTTP, Kafka, PostgreSQL, delivered with the embedded one.
func (s *servers) whole(ctx context.Context) error {
	var own, all []measure
	var shares []float64
	for range s.cfg.Rounds {
		e, err := s.one(ctx, place{}, 32)
		if err != nil {
			return err
		}
		p, err := s.place(ctx)
		if err != nil {
			return err
		}
		k, err := s.one(ctx, p, 32)
		if err != nil {
			return err
		}
		own, all, shares = append(own, e), append(all, k), append(shares, k.rate/e.rate)
	}
	s.say("%-34s %10s %9s %9s %10s %8s", "(a) whole, 32 connections", "appeals/s", "p50", "p99", "CPU s/1000", "RSS MiB")
	for _, line := range []struct {
		name string
		m    measure
	}{{"embedded", medians(own)}, {"PostgreSQL and Kafka", medians(all)}} {
		s.say("    %-30s %10.0f %9s %9s %10.3f %8.0f", line.name, line.m.rate, line.m.p50.Round(10*time.Microsecond), line.m.p99.Round(10*time.Microsecond), line.m.cpu, float64(line.m.rss)/(1<<20))
	}
	s.say("    share of the embedded way: %.2f", median(shares))
	return nil
}
