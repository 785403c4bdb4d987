package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// calmRate is a region's ordinary load in appeals a second, many times over.
const calmRate = 50

// latency measures the time from the request to the delivery under a calm load.
func (s *servers) latency(ctx context.Context) error {
	p, err := s.place(ctx)
	if err != nil {
		return err
	}
	t := s.trial(p, 8)
	process, err := t.start(ctx)
	if err != nil {
		return err
	}
	var took []time.Duration
	for round := 0; round < 2 && err == nil; round++ { // the first warms up
		took, err = s.calm(ctx, process, calmRate*10)
	}
	if err := errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)); err != nil {
		return err
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))].Round(10 * time.Microsecond) }
	s.say("(f) at %d appeals/s from POST to delivered: p50 %v, p99 %v", calmRate, at(0.5), at(0.99))
	return nil
}

// calm sends appeals one by one and returns how long each took to be delivered.
func (s *servers) calm(ctx context.Context, p *hubproc.Process, count int) ([]time.Duration, error) {
	s.receiver.reset(false)
	begun := s.receiver.watch()
	tick := time.NewTicker(time.Second / calmRate)
	defer tick.Stop()
	var mu sync.Mutex
	var errs []error
	var sending sync.WaitGroup
	for range count {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		sending.Go(func() {
			_, err := load.Run(ctx, load.Config{URL: p.URL, Connections: 1, Count: 1, Body: begun.stamped(s.cfg.Body)})
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	sending.Wait()
	return begun.all(ctx, count, errors.Join(errs...))
}

// twoNodes compares two nodes with one on the same load, of few clients and of many.
func (s *servers) twoNodes(ctx context.Context) error {
	for _, clients := range []int{32, 256} {
		var shares []float64
		for range s.cfg.Rounds {
			one, err := s.nodes(ctx, 1, clients)
			if err != nil {
				return err
			}
			two, err := s.nodes(ctx, 2, clients)
			if err != nil {
				return err
			}
			shares = append(shares, two/one)
		}
		s.say("(h) two nodes, %3d connections in all: %.2f of one", clients, median(shares))
	}
	return nil
}

// nodes loads n nodes on one journal, each with its part of the clients, and returns
// appeals a second.
func (s *servers) nodes(ctx context.Context, n, clients int) (rate float64, err error) {
	p, err := s.place(ctx)
	if err != nil {
		return 0, err
	}
	var urls []string
	for i := range n {
		t := s.trial(p, clients/n)
		if i > 0 {
			if err := os.MkdirAll(t.dir, 0o700); err != nil {
				return 0, err
			}
			if err := os.Symlink(s.dir(s.number-i)+"/spool", t.dir+"/spool"); err != nil {
				return 0, err
			}
		}
		process, err := t.start(ctx)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
		urls = append(urls, process.URL)
	}
	for _, count := range []int{warmUp, s.cfg.Count} { // the first has the nodes share out the partitions
		if rate, err = s.spread(ctx, urls, clients/n, count/n); err != nil {
			return 0, fmt.Errorf("%d nodes: %w", n, err)
		}
	}
	return rate, nil
}

// warmUp is how many appeals go before a measurement.
const warmUp = 1000

// spread has so many clients send so many appeals to each node and returns appeals a
// second.
func (s *servers) spread(ctx context.Context, urls []string, clients, each int) (float64, error) {
	s.receiver.reset(false)
	begun := time.Now()
	var sending sync.WaitGroup
	for _, url := range urls {
		sending.Go(func() {
			_, _ = load.Run(ctx, load.Config{URL: url, Connections: clients, Count: each, Body: s.cfg.Body}) // what is missing is told below
		})
	}
	sending.Wait()
	t := trial{receiver: s.receiver, count: each * len(urls)}
	last, err := t.delivered(ctx, "")
	return float64(t.count) / last.Sub(begun).Seconds(), err
}
