package postgres

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sys/unix"
)

// TestSilentServer: no connection waits for a quarter of an hour, as the kernel does,
// for a server's machine that is gone without a word.
func TestSilentServer(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	beside, err := connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close(context.Background())
	limited := func(name string, c *pgx.Conn) {
		t.Helper()
		raw, err := c.PgConn().Conn().(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		limit := func(option int) (n int) {
			if failed := raw.Control(func(fd uintptr) { n, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, option) }); failed != nil || err != nil {
				t.Fatal(failed, err)
			}
			return n
		}
		if got := time.Duration(limit(unix.TCP_USER_TIMEOUT)) * time.Millisecond; got != silence {
			t.Errorf("%s: what was sent may be unacknowledged for %v", name, got)
		}
		if got := time.Duration(limit(unix.TCP_KEEPIDLE)+limit(unix.TCP_KEEPINTVL)*limit(unix.TCP_KEEPCNT)) * time.Second; got > silence {
			t.Errorf("%s: an answer that does not come is noticed after %v", name, got)
		}
	}
	limited("beside the pools", beside)
	for name, pool := range map[string]*pgxpool.Pool{"reads": j.pool, "writers": j.writers} {
		if err := pool.AcquireFunc(t.Context(), func(c *pgxpool.Conn) error { limited(name, c.Conn()); return nil }); err != nil {
			t.Error(err)
		}
	}
}
