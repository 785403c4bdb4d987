package sqlite

import (
	"context"
	"errors"
	"sync"

	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// maxGroup is how many operations share a commit at most.
const maxGroup = 256

// op is one call that waits for the writer. run may be called more than once,
// each time in a transaction that was rolled back before; it must leave nothing
// behind outside of it but what it assigns anew.
type op struct {
	ctx  context.Context
	read bool // writes nothing, and is answered before the commit
	run  func(t *tx) error
	done chan error
}

// do has the writer carry out run and waits until it is durable.
func (j *Journal) do(ctx context.Context, read bool, run func(t *tx) error) error {
	o := &op{ctx: ctx, read: read, run: run, done: make(chan error, 1)}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-j.ended:
		return journal.ErrUnavailable
	case j.ops <- o:
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-j.ended:
	}
	select {
	case err := <-o.done:
		return err
	default:
		return journal.ErrUnavailable
	}
}

// Run commits until ctx ends.
func (j *Journal) Run(ctx context.Context) error {
	j.running.Lock()
	defer j.running.Unlock()
	defer j.stop()
	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { j.log.beside(ctx) })
	defer beside.Wait()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-j.ended:
			return nil
		case first := <-j.ops:
			j.group(j.gather(first))
			j.log.turn(j.writer)
		}
	}
}

// gather takes what is waiting.
func (j *Journal) gather(first *op) []*op {
	all := []*op{first}
	for len(all) < maxGroup {
		select {
		case o := <-j.ops:
			all = append(all, o)
		default:
			return all
		}
	}
	return all
}

// group carries out what came together: first what only reads, and so sees
// nothing that is not durable, then the rest in one transaction.
func (j *Journal) group(all []*op) {
	writes := all[:0]
	for _, o := range all {
		switch {
		case o.ctx.Err() != nil:
			o.done <- o.ctx.Err()
		case o.read:
			t := &tx{Journal: j, c: j.writer} // the only one who writes: what it reads is durable and stays
			err := o.run(t)
			if err == nil {
				t.committed()
			}
			o.done <- err
		default:
			writes = append(writes, o)
		}
	}
	for len(writes) > 0 {
		refused, err := -1, j.present()
		if err == nil {
			refused, err = j.attempt(writes)
		}
		if refused < 0 {
			for _, o := range writes {
				o.done <- err
			}
			return
		}
		writes[refused].done <- err
		writes = append(writes[:refused], writes[refused+1:]...)
	}
}

// attempt carries out all in one transaction. Where one of them is refused it
// rolls back and returns its place; where the database itself fails, or all is
// well, the place is negative and err is everybody's.
func (j *Journal) attempt(all []*op) (refused int, err error) {
	c := j.writer
	t := &tx{Journal: j, c: c, laid: j.room.laid}
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return -1, err
	}
	before := lib.Xsqlite3_total_changes(c.tls, c.db)
	for i, o := range all {
		if err := o.run(t); err != nil {
			t.rollback()
			if broken(err) {
				return -1, err
			}
			return i, err
		}
	}
	wrote := lib.Xsqlite3_total_changes(c.tls, c.db) != before
	if wrote {
		failpoint.Hit("sqlite.before_commit")
	}
	if err := c.exec("COMMIT"); err != nil {
		t.rollback()
		return -1, err
	}
	if wrote {
		j.commits.Add(1)
		failpoint.Hit("sqlite.after_commit")
		failpoint.Delay()
	}
	t.committed()
	return -1, nil
}

// broken reports whether an error is the database's, not one operation's.
func broken(err error) bool {
	return errors.Is(err, journal.ErrFull) || errors.Is(err, journal.ErrUnavailable) || errors.Is(err, journal.ErrLocked)
}
