package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres"
)

// feedEvents is how many events one measurement of the feed publishes.
const feedEvents = 100_000

// feed measures how fast events go from the outbox to Kafka.
func (s *servers) feed(ctx context.Context) error {
	p, err := s.place(ctx)
	if err != nil {
		return err
	}
	if _, _, err := postgres.Migrate(ctx, p.journal); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, p.journal)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if err := events(ctx, c); err != nil {
		return err
	}
	var rates []float64
	for range max(1, s.cfg.Rounds/3) {
		rate, err := s.fed(ctx, p, c)
		if err != nil {
			return err
		}
		rates = append(rates, rate)
	}
	s.say("(c) feed: %.0f events/s from the outbox to Kafka", median(rates))
	return nil
}

// events fills the log with events of many streams.
func events(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `INSERT INTO events (id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation, status, outcome, external, revision, verb,
 delivery, attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body)
 SELECT gen_random_uuid()::text, 's' || (n % 20000), n / 20000 + 1, 'status.changed', 1795000000000000 + n, 'rx', 'r' || n, 'v' || n, '', 'adm', 'in_work', '', 'InProcess', 1, '',
 0, '', '', '', '', decode(repeat('00', 32), 'hex'), decode(repeat('11', 32), 'hex'), decode(repeat('22', 32), 'hex'), decode(repeat('33', 1500), 'hex')
 FROM generate_series(0, $1::int - 1) n`, feedEvents)
	return err
}

// fed has a feed publish all events once.
func (s *servers) fed(ctx context.Context, p place, c *pgx.Conn) (float64, error) {
	if _, err := c.Exec(ctx, "INSERT INTO outbox (event, shard) SELECT seq, seq % $1 FROM events", journal.Shards); err != nil {
		return 0, err
	}
	cfg, err := bus.ParseAddress(p.bus)
	if err != nil {
		return 0, err
	}
	k, err := bus.Open(ctx, cfg, nil)
	if err != nil {
		return 0, err
	}
	defer k.Close()
	j, err := postgres.OpenReadOnly(ctx, p.journal, nil)
	if err != nil {
		return 0, err
	}
	defer j.Close()
	feeding, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	f := &bus.Feed{Kafka: k, Outbox: j, Leases: j, Log: slog.New(slog.DiscardHandler)}
	begun := time.Now()
	go func() { done <- f.Run(feeding) }()
	left := 1
	for left > 0 && err == nil && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		err = c.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM outbox LIMIT 1) o").Scan(&left)
	}
	took := time.Since(begun)
	stop()
	return feedEvents / took.Seconds(), errors.Join(err, <-done)
}

// publish compares publishing into the inbound topic with bare watermill, which
// publishes the same messages under the same settings of the producer.
func (s *servers) publish(ctx context.Context) error {
	p, err := s.place(ctx)
	if err != nil {
		return err
	}
	cfg, err := bus.ParseAddress(p.bus)
	if err != nil {
		return err
	}
	k, err := bus.Open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer k.Close()
	w, err := bus.NewPublisher(cfg)
	if err != nil {
		return err
	}
	defer w.Close()
	for _, inFlight := range []int{32, 256} {
		var ours, alone, shares []float64
		for range s.cfg.Rounds {
			b, err := together(inFlight, s.cfg.Count, func() error {
				return w.Publish(cfg.Inbound(), bare(s.message(uuid.NewString())))
			})
			if err != nil {
				return err
			}
			o, err := together(inFlight, s.cfg.Count, func() error {
				_, err := k.Publish(ctx, cfg.Inbound(), s.message(uuid.NewString()))
				return err
			})
			if err != nil {
				return err
			}
			ours, alone, shares = append(ours, o), append(alone, b), append(shares, o/b)
		}
		s.say("(d) publishing, %d in flight: %.0f/s; bare watermill %.0f/s; share %.2f", inFlight, median(ours), median(alone), median(shares))
	}
	return nil
}

// bare is m as a program with nothing but watermill makes it up.
func bare(m bus.Message) *message.Message {
	out := message.NewMessage(m.Get(bus.HeaderID), m.Value)
	for _, h := range m.Headers {
		if h.Name != bus.HeaderID {
			out.Metadata[h.Name] = h.Value
		}
	}
	out.Metadata["_key"] = m.Key
	return out
}

// together calls f so many times, inFlight at a time, and returns calls a second.
func together(inFlight, count int, f func() error) (float64, error) {
	begun := time.Now()
	errs := make(chan error, inFlight)
	var working sync.WaitGroup
	for i := range inFlight {
		working.Go(func() {
			for n := i; n < count; n += inFlight {
				if err := f(); err != nil {
					errs <- fmt.Errorf("publish: %w", err)
					return
				}
			}
		})
	}
	working.Wait()
	close(errs)
	return float64(count) / time.Since(begun).Seconds(), <-errs
}
