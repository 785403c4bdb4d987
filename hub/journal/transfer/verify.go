package transfer

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// Verify compares the two journals: how many rows each table has, and every event
// of every stream with its hash, in the target's chains anew. It takes no more
// memory than a few events. The error is ErrDiffers, and says where.
func (c Copy) Verify(ctx context.Context) (events int64, err error) {
	if err := c.counts(ctx); err != nil {
		return 0, err
	}
	from, err := sqlite.OpenReadOnly(ctx, c.From, nil)
	if err != nil {
		return 0, fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	to, err := postgres.OpenReadOnly(ctx, c.To, nil)
	if err != nil {
		return 0, err
	}
	defer to.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	left := walk(ctx, from)
	var chain journal.Verifier
	err = to.Scan(ctx, func(e *journal.Event, digest []byte) error {
		events++
		if faults := chain.Check(e, digest); len(faults) > 0 {
			return fmt.Errorf("%w: %w", ErrDiffers, faults[0])
		}
		select {
		case was, more := <-left.events:
			if !more || was.stream != e.Stream || was.sequence != e.Sequence || !bytes.Equal(was.hash, e.Hash) {
				return fmt.Errorf("%w: stream %s, record %d is not the source's", ErrDiffers, e.Stream, e.Sequence)
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	cancel()
	return events, errors.Join(err, ignoring(<-left.ended, context.Canceled))
}

func ignoring(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

// walked is one event of the source.
type walked struct {
	stream   string
	sequence int64
	hash     []byte
}

type walking struct {
	events chan walked
	ended  chan error
}

// walk reads a journal's events beside the caller.
func walk(ctx context.Context, j journal.Journal) walking {
	w := walking{events: make(chan walked, 64), ended: make(chan error, 1)}
	go func() {
		defer close(w.events)
		w.ended <- j.Scan(ctx, func(e *journal.Event, _ []byte) error {
			select {
			case w.events <- walked{e.Stream, e.Sequence, e.Hash}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return w
}

// counts compares the tables' sizes. Placeholders of the target's are not the
// source's.
func (c Copy) counts(ctx context.Context) error {
	from, err := sql.Open("sqlite", source(c.From))
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer from.Close()
	to, err := pgx.Connect(ctx, c.To)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer to.Close(context.WithoutCancel(ctx))
	own := map[string]string{"refs": " WHERE appeal <> ''", "tokens": " WHERE appeal <> ''", "cursors": " WHERE link <> ''"}
	archived := map[string]string{"deliveries": "_all", "deadlines": "_all"} // a hub has worked on it
	for _, t := range tables() {
		var was, is int64
		if err := from.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name+own[t.name]).Scan(&was); err != nil {
			return fmt.Errorf("source: table %s: %w", t.name, err)
		}
		if err := to.QueryRow(ctx, "SELECT count(*) FROM "+t.name+archived[t.name]+own[t.name]).Scan(&is); err != nil {
			return fmt.Errorf("target: table %s: %w", t.name, err)
		}
		if was != is {
			return fmt.Errorf("%w: table %s has %d rows, in the source %d", ErrDiffers, t.name, is, was)
		}
	}
	return nil
}
