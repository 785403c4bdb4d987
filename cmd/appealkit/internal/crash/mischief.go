package crash

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// How long things are as they should not be.
const (
	brokerAway    = 10 * time.Second
	databaseIce   = 20 * time.Second
	clockWrong    = 20 * time.Second
	kafkaCut      = 20 * time.Second
	pastTheLeases = 45 * time.Second // a call's time twice, and half a minute
)

// trick is something that goes wrong beside the kills, once part of them is done.
type trick struct {
	after float64 // of the kills
	name  string
	play  func(ctx context.Context) error
}

func (s *scale) tricks() []trick {
	all := append(s.partitions(), []trick{
		{0.1, "a node frozen past its leases", s.freezeNode},
		{0.2, "a broker killed and back", s.killBroker},
		{0.4, "PostgreSQL restarted", func(ctx context.Context) error { return s.servers.Postgres.Restart(ctx) }},
		{0.5, "PostgreSQL frozen", s.freezeDatabase},
		{0.7, "a clock wrong by an hour", s.wrongClock},
		{0.9, "every node drained and restarted in turn", s.roll},
	}...)
	slices.SortFunc(all, func(a, b trick) int { return cmp.Compare(a.after, b.after) })
	return all
}

// mischief kills nodes at random moments and plays the tricks meanwhile.
func (s *scale) mischief(ctx context.Context) error {
	left := s.tricks()
	var playing sync.WaitGroup
	errs := make(chan error, len(left)+1)
	for s.killed = 0; s.killed < s.Kills && ctx.Err() == nil && len(errs) == 0; {
		for len(left) > 0 && float64(s.killed) >= left[0].after*float64(s.Kills) {
			one := left[0]
			left = left[1:]
			playing.Go(func() { s.play(ctx, one, errs) })
		}
		wait(ctx, time.Duration(100+s.random.IntN(2500))*time.Millisecond)
		n := s.nodes[s.random.IntN(len(s.nodes))]
		if !n.take() {
			continue
		}
		n.kill()
		s.killed++
		down := time.Duration(s.random.IntN(2000)) * time.Millisecond
		playing.Go(func() {
			defer n.release()
			wait(ctx, down)
			if err := n.start(ctx); err != nil {
				errs <- err
			}
		})
	}
	for _, one := range left { // the kills were too few to come to it
		playing.Go(func() { s.play(ctx, one, errs) })
	}
	playing.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	fmt.Fprintf(s.Out, "killed nodes %d times\n", s.killed)
	return errors.Join(append(all, ctx.Err())...)
}

func (s *scale) play(ctx context.Context, t trick, errs chan<- error) {
	begun := time.Now()
	if err := t.play(ctx); err != nil {
		errs <- fmt.Errorf("%s: %w", t.name, err)
		return
	}
	fmt.Fprintf(s.Out, "%s (%v)\n", t.name, time.Since(begun).Round(100*time.Millisecond))
}

// some takes a node that is up, as soon as there is one.
func (s *scale) some(ctx context.Context) (*node, error) {
	for ctx.Err() == nil {
		for _, n := range s.nodes {
			if n.take() {
				return n, nil
			}
		}
		wait(ctx, 20*time.Millisecond)
	}
	return nil, ctx.Err()
}

func (s *scale) freezeNode(ctx context.Context) error {
	n, err := s.some(ctx)
	if err != nil {
		return err
	}
	defer n.release()
	return n.frozen(ctx, pastTheLeases)
}

func (s *scale) killBroker(ctx context.Context) error {
	b := s.servers.Broker(2)
	if err := b.Kill(); err != nil {
		return err
	}
	wait(ctx, brokerAway)
	return b.Start(ctx)
}

func (s *scale) freezeDatabase(ctx context.Context) error {
	if err := s.servers.Postgres.Freeze(); err != nil {
		return err
	}
	wait(ctx, databaseIce)
	return s.servers.Postgres.Thaw()
}

// wrongClock has a node work for a while with a clock that is an hour ahead.
func (s *scale) wrongClock(ctx context.Context) error {
	n, err := s.some(ctx)
	if err != nil {
		return err
	}
	defer n.release()
	n.kill()
	if err := n.start(ctx, "APPEALHUB_CLOCK_OFFSET=1h"); err != nil {
		return err
	}
	wait(ctx, clockWrong)
	n.kill()
	return n.start(ctx)
}
