package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/bus"
)

// drainTime bounds the reading of a backlog.
const drainTime = 10 * time.Minute

// backlog measures how fast what waits in Kafka is journalled while the receiving
// system is down, and beside it how fast a bare program reads the same messages
// into one table.
func (s *servers) backlog(ctx context.Context) error {
	var rates, bare, shares []float64
	var rss int64
	for range max(1, s.cfg.Rounds/3) {
		p, err := s.place(ctx)
		if err != nil {
			return err
		}
		if err := s.fill(ctx, p, s.cfg.Backlog); err != nil {
			return err
		}
		table, err := oneTable(ctx, p, s.cfg.Backlog)
		if err != nil {
			return err
		}
		rate, most, err := s.drained(ctx, p)
		if err != nil {
			return err
		}
		rss = max(rss, most)
		rates, bare, shares = append(rates, rate), append(bare, table), append(shares, rate/table)
	}
	s.say("(b) backlog of %d, receiver down: %.0f/s journalled; one table, bare: %.0f/s; share %.2f; RSS %.0f MiB", s.cfg.Backlog, median(rates), median(bare), median(shares), float64(rss)/(1<<20))
	return nil
}

// fill publishes appeals as any program may.
func (s *servers) fill(ctx context.Context, p place, n int) error {
	cfg, err := bus.ParseAddress(p.bus)
	if err != nil {
		return err
	}
	k, err := bus.Open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer k.Close()
	for n > 0 {
		messages := make([]bus.Message, min(n, 5000))
		for i := range messages {
			messages[i] = s.message(uuid.NewString())
		}
		if _, err := k.Publish(ctx, cfg.Inbound(), messages...); err != nil {
			return err
		}
		n -= len(messages)
	}
	return nil
}

func (s *servers) message(id string) bus.Message {
	return bus.Message{Key: "api/" + id, Unordered: true, Value: s.cfg.Body, Headers: bus.CloudEvent(id, "urn:bench", bus.TypeAppeal, time.Now(), "application/json", bus.Header{Name: bus.HeaderLink, Value: "api"})}
}

// drained starts a hub on the backlog and measures until its journal has it all.
func (s *servers) drained(ctx context.Context, p place) (rate float64, rss int64, err error) {
	s.receiver.reset(true)
	t := s.trial(p, 32)
	process, err := t.start(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
	c, err := pgx.Connect(ctx, p.journal)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close(ctx)
	rate, err = progress(ctx, s.cfg.Backlog, journalled(ctx, c))
	used, _ := process.Usage() // a figure less
	return rate, used.RSS, err
}

// journalled counts the messages that the journal has passed.
func journalled(ctx context.Context, c *pgx.Conn) func() (int, error) {
	return func() (n int, err error) {
		return n, c.QueryRow(ctx, "SELECT coalesce(sum(next), 0) FROM offsets").Scan(&n)
	}
}

// progress waits until count reaches all and returns how many a second came,
// from the first that were seen to the last.
func progress(ctx context.Context, all int, count func() (int, error)) (float64, error) {
	var since time.Time
	first := 0
	for bound := time.Now().Add(drainTime); time.Now().Before(bound); {
		n, err := count()
		switch {
		case err != nil:
			return 0, err
		case n > 0 && since.IsZero():
			since, first = time.Now(), n
		case n >= all:
			return float64(n-first) / time.Since(since).Seconds(), nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return 0, fmt.Errorf("not within %v", drainTime)
}

// oneTable reads the topic with a bare consumer group, hundreds of messages to a
// transaction, into one table with the partitions' offsets.
func oneTable(ctx context.Context, p place, all int) (rate float64, err error) {
	cfg, err := bus.ParseAddress(p.bus)
	if err != nil {
		return 0, err
	}
	k, err := bus.Open(ctx, cfg, nil)
	if err != nil {
		return 0, err
	}
	defer k.Close()
	t, err := newTable(ctx, p.journal)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, t.drop(context.WithoutCancel(ctx))) }()
	reading, stop := context.WithCancel(ctx)
	read := make(chan error, 1)
	go func() { read <- k.Read(reading, t) }()
	rate, err = progress(ctx, all, func() (int, error) { return int(t.done.Load()), nil })
	stop()
	return rate, errors.Join(err, <-read)
}
