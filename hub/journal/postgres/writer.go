package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// maxGroup is how many operations share a transaction, unless one call alone
// brings more.
const maxGroup = 512

// txTime bounds one transaction: a server that hangs must not hold a writer for
// ever.
const txTime = 30 * time.Second

// op is one thing that is done whole or not at all. run may be called more than
// once, each time in a transaction of its own; it must leave nothing behind
// outside of it but what it assigns anew.
type op struct {
	need   func(n *needs) // says what is to be read before run
	run    func(t *tx) error
	weight int   // entries
	err    error // how it ended
}

// call is what one caller waits for.
type call struct {
	ctx  context.Context
	ops  []*op
	done chan struct{}
}

// do has a writer carry out all and waits until they are durable, each with its
// own error.
func (j *Journal) do(ctx context.Context, all ...*op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, ops: all, done: make(chan struct{})}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-j.ended:
		return journal.ErrUnavailable
	case j.calls <- c:
		j.pressed(int64(c.weight()))
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-j.ended:
	}
	select {
	case <-c.done:
		return nil
	default:
		return journal.ErrUnavailable
	}
}

// Run commits until ctx ends. The error is Open's, of a journal that opened late
// and may not be worked on.
func (j *Journal) Run(ctx context.Context) error {
	j.running.Lock()
	defer j.running.Unlock()
	defer j.stop()
	if err := j.await(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside sync.WaitGroup
	beside.Go(func() { j.notify(ctx) })
	beside.Go(func() { j.listen(ctx) })
	beside.Go(func() { j.write(ctx) })
	for range j.options.Writers - 1 {
		beside.Go(func() { j.help(ctx) })
	}
	select {
	case <-ctx.Done():
	case <-j.ended:
	}
	cancel()
	beside.Wait()
	return nil
}

func (j *Journal) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-j.calls:
			j.group(context.WithoutCancel(ctx), j.gather(first))
		}
	}
}

// helpAt is how much must wait before another writer begins: a transaction of many
// costs the server little more than one of few.
const helpAt = 128

// pressed counts what waits, and calls another writer where it is much.
func (j *Journal) pressed(more int64) {
	if j.waiting.Add(more) < helpAt {
		return
	}
	select {
	case j.much <- struct{}{}:
	default:
	}
}

// help is a writer that works while much is waiting.
func (j *Journal) help(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-j.much:
		}
		for some := true; some && j.waiting.Load() >= helpAt && ctx.Err() == nil; {
			select {
			case first := <-j.calls:
				j.group(context.WithoutCancel(ctx), j.gather(first))
			default:
				some = false
			}
		}
	}
}

func (c *call) weight() (n int) {
	for _, o := range c.ops {
		n += max(1, o.weight)
	}
	return n
}

// gather takes what is waiting.
func (j *Journal) gather(first *call) []*call {
	all := []*call{first}
	n := first.weight()
	defer func() { j.waiting.Add(-int64(n)) }()
	for n < maxGroup {
		select {
		case c := <-j.calls:
			all = append(all, c)
			n += c.weight()
		default:
			return all
		}
	}
	return all
}

// group carries out what came together.
func (j *Journal) group(ctx context.Context, all []*call) {
	var ops []*op
	for _, c := range all {
		for _, o := range c.ops {
			if o.err = c.ctx.Err(); o.err == nil {
				ops = append(ops, o)
			}
		}
	}
	j.carryOut(ctx, ops)
	for _, c := range all {
		close(c.done)
	}
}

// carryOut runs all in as few transactions as it takes: one, unless something is
// refused.
func (j *Journal) carryOut(ctx context.Context, ops []*op) {
	for len(ops) > 0 {
		refused, err := j.attempt(ctx, ops)
		switch {
		case refused >= 0:
			ops[refused].err = err
			ops = slices.Delete(ops, refused, refused+1)
		case errors.Is(err, journal.ErrRefused) && len(ops) > 1: // one of the rows; nobody says which
			half := len(ops) / 2
			j.carryOut(ctx, slices.Clone(ops[:half]))
			ops = ops[half:]
		default:
			for _, o := range ops {
				o.err = err
			}
			return
		}
	}
}

// races is how often a transaction is run again that other nodes got in the way
// of.
const races = 12

// attempt carries out all in one transaction. Where one of them is refused it
// rolls back and returns its place; where the database itself fails, or all is
// well, the place is negative and err is everybody's.
func (j *Journal) attempt(ctx context.Context, ops []*op) (refused int, err error) {
	ctx, cancel := context.WithTimeout(ctx, txTime)
	defer cancel()
	lost := false
	for range races {
		t := newTx(ctx, j)
		refused, err = t.carryOut(ops)
		switch {
		case refused < 0 && errors.Is(err, errRace):
			continue
		case refused < 0 && errors.Is(err, journal.ErrUnavailable) && !t.began && !lost:
			lost = true // a connection that had broken while nobody used it
			continue
		}
		return refused, err
	}
	if errors.Is(err, errRace) {
		err = fmt.Errorf("%w: %w", journal.ErrUnavailable, err)
	}
	return -1, err
}
