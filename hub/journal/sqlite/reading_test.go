package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestReadEndsWithItsCaller: a read whose caller has left keeps neither the processor
// nor one of the few connections.
func TestReadEndsWithItsCaller(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	for range readConns {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := j.read(ctx, func(c *conn) error {
			_, err := c.first("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000000) SELECT count(*) FROM n")
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("a read of many seconds: %v", err)
		}
	}
	for range readConns {
		if _, err := j.LinkState(t.Context(), "rx"); err != nil {
			t.Errorf("the connection is of no use any more: %v", err)
		}
	}
}

// TestWalksLeaveAConnection: however many long reads there are, what a delivery or a
// poll waits for is read.
func TestWalksLeaveAConnection(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	if _, err := add(t, j, "1", "text"); err != nil {
		t.Fatal(err)
	}
	in, out, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	for range readConns - 1 {
		go func() {
			ended <- j.Scan(t.Context(), func(*journal.Event, []byte) error {
				in <- struct{}{}
				<-out
				return nil
			})
		}()
		<-in
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := j.Appeals(ctx, journal.AppealQuery{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one long read too many: %v", err)
	}
	if _, err := j.LinkState(t.Context(), "rx"); err != nil {
		t.Error(err)
	}
	close(out)
	for range readConns - 1 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestLogShrinks: what a long read kept in the log is not kept on the disk once it has
// ended.
func TestLogShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, _ := running(t, path)
	size := func() int64 {
		file, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return file.Size()
	}
	text, id := strings.Repeat("Во дворе не горит свет. ", 2000), 0
	write := func() {
		id++
		if _, err := add(t, j, strconv.Itoa(id), text+strconv.Itoa(id)); err != nil {
			t.Fatal(err)
		}
	}
	write()
	err := j.Scan(t.Context(), func(*journal.Event, []byte) error {
		for id < 500 {
			write()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if most := size(); most < 2*logLimit {
		t.Fatalf("the log has %d bytes: the test needs more", most)
	}
	for id < 1000 {
		write()
	}
	if left := size(); left > logLimit {
		t.Errorf("the log still has %d bytes", left)
	}
}
