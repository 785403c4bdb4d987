package sqlite

import (
	"context"
	"time"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/journal"
)

// read has f read one state of the journal, beside the writer. Where ctx ends first
// it is broken off with the context's error.
func (j *Journal) read(ctx context.Context, f func(c *conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-j.closed:
		return journal.ErrUnavailable
	case c := <-j.readers:
		defer func() { j.readers <- c }()
		if err := c.exec("BEGIN"); err != nil {
			return err
		}
		defer func() { _ = c.exec("COMMIT") }() // there is nothing to commit
		return c.within(ctx, f)
	}
}

// walk is a read that takes the longer the more is stored. One connection is left to
// those by key, which deliveries, polls and readiness wait for.
func (j *Journal) walk(ctx context.Context, f func(c *conn) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-j.closed:
		return journal.ErrUnavailable
	case j.walks <- struct{}{}:
	}
	defer func() { <-j.walks }()
	return j.read(ctx, f)
}

// within has f work with the connection until ctx ends.
func (c *conn) within(ctx context.Context, f func(c *conn) error) error {
	done, over := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		c.interrupt(done)
	})
	err := f(c)
	close(done)
	if stop() {
		return err
	}
	<-over
	if err != nil {
		return ctx.Err()
	}
	return nil
}

// interruptAgain is the time between two interruptions: SQLite forgets one that finds
// no statement under way.
const interruptAgain = 10 * time.Millisecond

// interrupt breaks off what the connection does until done is closed. It is called
// beside the goroutine whose connection it is.
func (c *conn) interrupt(done <-chan struct{}) {
	tls := libc.NewTLS()
	defer tls.Close()
	again := time.NewTicker(interruptAgain)
	defer again.Stop()
	for {
		lib.Xsqlite3_interrupt(tls, c.db)
		select {
		case <-done:
			return
		case <-again.C:
		}
	}
}
