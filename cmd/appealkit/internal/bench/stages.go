package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// stages measures the two halves of the whole way apart: what comes in while the
// receiving system is down, and then what goes out when all of it is journalled.
func (s *servers) stages(ctx context.Context) error {
	var in, out []float64
	var p50, p99 []float64
	for range max(1, s.cfg.Rounds/2) {
		sent, rate, err := s.inThenOut(ctx)
		if err != nil {
			return err
		}
		in, out = append(in, sent.Rate()), append(out, rate)
		p50, p99 = append(p50, sent.Quantile(0.5).Seconds()), append(p99, sent.Quantile(0.99).Seconds())
	}
	s.say("(i) intake alone, 32 connections: %.0f/s, p50 %.1fms, p99 %.1fms; delivery alone of %d journalled: %.0f/s",
		median(in), 1000*median(p50), 1000*median(p99), warmUp+s.cfg.Count, median(out))
	return nil
}

// inThenOut fills a hub whose receiver is down, and has it deliver all.
func (s *servers) inThenOut(ctx context.Context) (sent load.Result, rate float64, err error) {
	p, err := s.place(ctx)
	if err != nil {
		return sent, 0, err
	}
	s.receiver.reset(true)
	t := s.trial(p, 32)
	process, err := t.start(ctx)
	if err != nil {
		return sent, 0, err
	}
	defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
	for _, count := range []int{warmUp, s.cfg.Count} {
		if sent, err = load.Run(ctx, load.Config{URL: process.URL, Connections: 32, Count: count, Body: s.cfg.Body}); err != nil {
			return sent, 0, err
		}
		if sent.Accepted != count {
			return sent, 0, fmt.Errorf("%d of %d were accepted: %s", sent.Accepted, count, sent.LastFail)
		}
	}
	all := warmUp + s.cfg.Count
	c, err := pgx.Connect(ctx, p.journal)
	if err != nil {
		return sent, 0, err
	}
	defer c.Close(ctx)
	if _, err := progress(ctx, all, journalled(ctx, c)); err != nil {
		return sent, 0, err
	}
	s.receiver.reset(false)
	rate, err = progress(ctx, all, func() (int, error) {
		came, again, short, _ := s.receiver.count()
		if again+short > 0 {
			return came, fmt.Errorf("%d appeals were delivered twice, %d cut short", again, short)
		}
		return came, nil
	})
	return sent, rate, err
}
