// Package crash kills the hub with SIGKILL again and again, at random moments
// and once at every named point between two steps that last, while appeals flow
// both ways between the two simulators, which lose answers after doing the
// work. In the end it compares what each side holds: nothing lost, nothing
// twice, every answer once, right and in order.
package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// Config says what to do.
type Config struct {
	Hub    string // the hub's program, built with the tag failpoints
	Source string // folder of the hub's sources, for the names of the points
	Kills  int    // at random moments
	Seed   uint64
	Dir    string // for configuration, data and log
	Out    io.Writer
}

// test is a run.
type test struct {
	Config
	stage  *stage.Stage
	random *rand.Rand
	feed   *feed
	killed int
}

// lossRate is the share of requests whose answer is lost after the work.
const lossRate = 0.02

// Run returns an error that says what was found wrong.
func Run(ctx context.Context, cfg Config) error {
	fmt.Fprintf(cfg.Out, "seed %d\n", cfg.Seed)
	points, err := failpoints(cfg.Source)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(cfg.Dir+"/hub.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	set, err := stage.New(ctx, stage.Config{Dir: cfg.Dir, Program: cfg.Hub, Seed: cfg.Seed, Poll: "100ms", LogLevel: "info", Log: log})
	if err != nil {
		return err
	}
	t := &test{Config: cfg, stage: set, random: rand.New(rand.NewPCG(cfg.Seed, 1))}
	return errors.Join(t.run(ctx, points), set.Close())
}

func (t *test) run(ctx context.Context, points []string) error {
	if err := t.prepare(ctx); err != nil {
		return err
	}
	feeding, stop := context.WithCancel(ctx)
	defer stop()
	t.feed = &feed{stage: t.stage, pace: steady()}
	fed := make(chan error, 1)
	go func() { fed <- t.feed.run(feeding) }()
	if err := errors.Join(t.atRandom(ctx), t.atPoints(ctx, points)); err != nil {
		return err
	}
	return t.finish(ctx, func() error { stop(); return <-fed })
}

// prepare makes both systems lose answers, and officials and applicants act at
// once.
func (t *test) prepare(ctx context.Context) error {
	for _, url := range []string{t.stage.POS, t.stage.RX} {
		if err := stage.Call(ctx, "POST", url+"/_sim/faults", map[string]any{"fault": "drop_after", "probability": lossRate}, nil); err != nil {
			return err
		}
	}
	return nil
}

// startTime bounds the hub's start.
const startTime = 30 * time.Second

// start starts the hub and waits until it is ready or has ended.
func (t *test) start(ctx context.Context, env ...string) (*hubproc.Process, error) {
	p, err := t.stage.Hub(env...)
	if err != nil {
		return nil, err
	}
	ready, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := p.Ready(ready); err != nil {
		select {
		case <-p.Done():
			if p.Killed() {
				return p, nil // at a point on the way
			}
		default:
		}
		p.Kill()
		return nil, fmt.Errorf("after %d kills: %w (see %s/hub.log)", t.killed, err, t.Dir)
	}
	return p, nil
}

// atRandom kills the hub at random moments.
func (t *test) atRandom(ctx context.Context) error {
	for range t.Kills {
		p, err := t.start(ctx)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-p.Done():
			return errors.New("the hub ended by itself")
		case <-time.After(time.Duration(20+t.random.IntN(1200)) * time.Millisecond):
		}
		p.Kill()
		t.killed++
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	fmt.Fprintf(t.Out, "killed %d times at random moments\n", t.Kills)
	return nil
}

// reachTime bounds how long a point may take to be passed.
const reachTime = 60 * time.Second

// atPoints has the hub kill itself once at every point.
func (t *test) atPoints(ctx context.Context, points []string) error {
	for _, point := range points {
		p, err := t.start(ctx, fmt.Sprintf("APPEALHUB_FAILPOINT=%s:%d", point, 1+t.random.IntN(3)))
		if err != nil {
			return fmt.Errorf("at %s: %w", point, err)
		}
		select {
		case <-ctx.Done():
			p.Kill()
			return ctx.Err()
		case <-time.After(reachTime):
			p.Kill()
			return fmt.Errorf("the hub did not pass %s within %v", point, reachTime)
		case <-p.Done():
		}
		if !p.Killed() {
			return fmt.Errorf("at %s the hub ended by itself", point)
		}
		t.killed++
	}
	fmt.Fprintf(t.Out, "killed once at each of %d points\n", len(points))
	return nil
}

// finish lets everything come to its end and judges. The feed ends while the
// hub is there to take what it began to submit.
func (t *test) finish(ctx context.Context, endFeed func() error) error {
	p, err := t.start(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(endFeed(), t.calm(ctx), t.outage(ctx), t.settle(ctx), t.letters(ctx, p.URL), p.Stop(time.Minute)); err != nil {
		return err
	}
	return errors.Join(t.judge(ctx), t.verify(ctx))
}

// calm lets answers arrive again.
func (t *test) calm(ctx context.Context) error {
	for _, url := range []string{t.stage.POS, t.stage.RX} {
		if err := stage.Call(ctx, "DELETE", url+"/_sim/faults", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// verify has the hub's own program check every chain.
func (t *test) verify(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, t.Hub, "log", "verify", "--config", t.stage.Config).CombinedOutput()
	fmt.Fprintf(t.Out, "log verify: %s", out)
	return err
}
