package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestDurable: a commit is on the disk before anybody is told of it, also where the
// log is begun anew, and readers neither write nor keep the writer waiting. SQLite's
// own defaults, and a build's, promise none of it.
func TestDurable(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	reader := <-j.readers
	defer func() { j.readers <- reader }()
	for _, c := range []struct {
		of           string
		conn         *conn
		pragma, want string
	}{
		{"writer", j.writer, "synchronous", "2"},
		{"writer", j.writer, "journal_mode", "wal"},
		{"checkpoint", j.log.conn, "synchronous", "2"},
		{"reader", reader, "query_only", "1"},
	} {
		got := ""
		s := c.conn.prepare("PRAGMA " + c.pragma)
		for s.next() {
			got = s.colText(0)
		}
		if got != c.want || s.err() != nil {
			t.Errorf("%s of the %s is %q, %v; want %q", c.pragma, c.of, got, s.err(), c.want)
		}
	}
}

// TestBrokenTogether: where the database itself fails, nothing of what shares the
// commit is kept and all are told why, so that their callers come again.
func TestBrokenTogether(t *testing.T) {
	for _, fault := range []error{journal.ErrFull, journal.ErrUnavailable, journal.ErrLocked} {
		t.Run(fault.Error(), func(t *testing.T) {
			j, stop := running(t, filepath.Join(t.TempDir(), "journal.db"))
			ops := make([]*op, 3)
			for i := range ops {
				ops[i] = &op{ctx: context.Background(), done: make(chan error, 1), run: func(t *tx) error {
					if i == 1 {
						return fmt.Errorf("insert: %w", fault)
					}
					return t.c.prepare("INSERT INTO cursors (link, feed, at) VALUES ('pos', ?, '')").int(int64(i)).run()
				}}
			}
			j.stop() // the writer is ours
			j.running.Lock()
			j.group(append([]*op(nil), ops...))
			j.running.Unlock()
			for i, o := range ops {
				if err := <-o.done; !errors.Is(err, fault) {
					t.Errorf("operation %d: %v", i, err)
				}
			}
			s := j.writer.prepare("SELECT count(*) FROM cursors")
			for s.next() {
				if n := s.colInt(0); n != 0 {
					t.Errorf("%d rows", n)
				}
			}
			stop()
		})
	}
}
