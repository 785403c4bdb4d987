package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// stages measures the parts of the whole way apart: what Kafka takes while the journal
// is down; what comes in and is journalled while the receiving system is down; then what
// goes out, beside a plain router.
func (s *servers) stages(ctx context.Context) error {
	var buffered, journalled stage
	var out, routed []float64
	for range max(1, s.cfg.Rounds/2) {
		taken, plain, err := s.intoKafka(ctx)
		if err != nil {
			return err
		}
		sent, rate, err := s.inThenOut(ctx)
		if err != nil {
			return err
		}
		buffered.add(taken)
		journalled.add(sent)
		out, routed = append(out, rate), append(routed, plain)
	}
	s.say("(i) intake into Kafka, the journal down, 32 connections: %v; journalled beside it: %v", buffered, journalled)
	s.say("    delivery alone of %d journalled: %.0f/s; a watermill Router, no journal: %.0f/s", warmUp+s.cfg.Count, median(out), median(routed))
	return nil
}

// stage is what some runs of a load gave.
type stage struct{ rate, p50, p99 []float64 }

func (s *stage) add(r load.Result) {
	s.rate, s.p50, s.p99 = append(s.rate, r.Rate()), append(s.p50, 1000*r.Quantile(0.5).Seconds()), append(s.p99, 1000*r.Quantile(0.99).Seconds())
}

func (s stage) String() string {
	return fmt.Sprintf("%.0f/s, p50 %.1fms, p99 %.1fms", median(s.rate), median(s.p50), median(s.p99))
}

// intoKafka fills the inbound topic, and has a router take what is in it then.
func (s *servers) intoKafka(ctx context.Context) (sent load.Result, rate float64, err error) {
	p, err := s.place(ctx)
	if err != nil {
		return sent, 0, err
	}
	if sent, err = s.buffered(ctx, p); err != nil {
		return sent, 0, err
	}
	rate, err = s.routed(ctx, p, warmUp+s.cfg.Count)
	return sent, rate, err
}

// buffered loads a hub whose journal is where nobody listens.
func (s *servers) buffered(ctx context.Context, p place) (sent load.Result, err error) {
	nobody, err := hubproc.FreeAddress()
	if err != nil {
		return sent, err
	}
	p.journal = "postgres://hub@" + nobody + "/" + p.name
	t := s.trial(p, 32)
	process, err := t.start(ctx)
	if err != nil {
		return sent, err
	}
	defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
	return s.post(ctx, process.URL)
}

// post warms a hub up and loads it.
func (s *servers) post(ctx context.Context, url string) (sent load.Result, err error) {
	for _, count := range []int{warmUp, s.cfg.Count} {
		if sent, err = load.Run(ctx, load.Config{URL: url, Connections: 32, Count: count, Body: s.cfg.Body}); err != nil {
			return sent, err
		}
		if sent.Accepted != count {
			return sent, fmt.Errorf("%d of %d were accepted: %s", sent.Accepted, count, sent.LastFail)
		}
	}
	return sent, nil
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
	if sent, err = s.post(ctx, process.URL); err != nil {
		return sent, 0, err
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
	rate, err = s.received(ctx, all)
	return sent, rate, err
}
