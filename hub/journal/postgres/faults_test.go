package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
)

// TestDeadNode: what a node had in hand goes to another one when its leases end,
// and no sooner; the node itself takes it back at once when it starts again.
func TestDeadNode(t *testing.T) {
	var us atomic.Int64
	us.Store(time.Now().UnixMicro())
	now := func() time.Time { return time.UnixMicro(us.Load()) }
	url := migrated(t)
	a, _ := running(t, url, Options{Node: "a", Now: now})
	b, _ := running(t, url, Options{Node: "b", Now: now})
	for _, id := range []string{"1", "2"} {
		if _, err := send(t, a, id, "1"); err != nil {
			t.Fatal(err)
		}
	}
	held := claim(t, a, 9, time.Minute)
	if out := claim(t, b, 9, time.Minute); len(held) != 2 || len(out) != 0 {
		t.Fatalf("claimed %d, then %d", len(held), len(out))
	}
	us.Add(time.Minute.Microseconds())
	if out := claim(t, b, 1, time.Minute); len(out) != 1 {
		t.Fatalf("claimed %d after the lease's end", len(out))
	}
	if errs, err := a.Settle(t.Context(), done(held[0])); err != nil || !errors.Is(errs[0], journal.ErrLease) {
		t.Errorf("a lease that is somebody else's: %v, %v", errs, err)
	}
	again, _ := running(t, url, Options{Node: "b", Now: now})
	if out := claim(t, again, 9, time.Minute); len(out) != 2 {
		t.Errorf("claimed %d after the start", len(out))
	}
}

// TestClockOff: no node's clock matters to when a delivery is due.
func TestClockOff(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	e := entry(message("1", "1"))
	e.At = time.Now().Add(time.Hour)
	if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{e}}); err != nil {
		t.Fatal(err)
	}
	out, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 1, Lease: time.Minute, Now: time.Now().Add(-time.Hour)})
	if err != nil || len(out) != 1 {
		t.Fatalf("claimed %d, %v", len(out), err)
	}
	if left := out[0].Until.Sub(time.Now().Add(-time.Hour)); left <= 0 || left > time.Minute {
		t.Errorf("by the caller's clock the lease ends in %v", left)
	}
	s := done(out[0])
	s.At = time.Now().Add(-time.Hour)
	s.As, s.Due = journal.SettleRetry, s.At.Add(time.Minute)
	if errs, err := j.Settle(t.Context(), s); err != nil || errs[0] != nil {
		t.Fatal(errs, err)
	}
	if n := count(t, url, "SELECT (due - extract(epoch FROM now()) * 1000000)::bigint FROM deliveries"); n < 50e6 || n > 60e6 {
		t.Errorf("it is due in %d µs, want a minute", n)
	}
}

// TestConnectionsKilled: nothing is lost or doubled, and all goes on by itself.
func TestConnectionsKilled(t *testing.T) {
	const each = 30
	url := migrated(t)
	j, _ := running(t, url, Options{})
	var sending sync.WaitGroup
	for s := range 3 {
		sending.Go(func() {
			for i := range each {
				untilDone(t, func() error { _, err := send(t, j, fmt.Sprintf("%d-%d", s, i), "1"); return err })
			}
		})
	}
	for range 5 {
		query(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	}
	sending.Wait()
	var out []journal.Claimed
	untilDone(t, func() (err error) {
		out, err = j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 1000, Lease: time.Minute})
		return err
	})
	if len(out) != 3*each {
		t.Errorf("claimed %d of %d", len(out), 3*each)
	}
	if n := verify(t, url); n != 3*each {
		t.Errorf("%d events, want %d", n, 3*each)
	}
}

// untilDone tries again while the journal says that it is unavailable.
func untilDone(t *testing.T, f func() error) {
	late := time.After(time.Minute)
	for {
		err := f()
		if !errors.Is(err, journal.ErrUnavailable) {
			if err != nil {
				t.Error(err)
			}
			return
		}
		select {
		case <-late:
			t.Errorf("it stays unavailable: %v", err)
			return
		default:
		}
	}
}

// TestRefusedRow: a row that the database does not take fails its own call and
// none of those that share its transaction.
func TestRefusedRow(t *testing.T) {
	url := migrated(t)
	j, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: journaltest.Planner{}}, Writers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	const calls = 20
	bad := map[int]string{3: "\x00", 11: "\x00"}
	errs := make([]error, calls)
	var all sync.WaitGroup
	for i := range calls {
		all.Go(func() { _, errs[i] = send(t, j, fmt.Sprint(i), "v"+bad[i]) })
	}
	for len(j.calls) < calls {
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	all.Wait()
	for i, err := range errs {
		if refused := errors.Is(err, journal.ErrRefused); refused != (bad[i] != "") || !refused && err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if n := count(t, url, "SELECT count(*) FROM appeals"); n != calls-2 {
		t.Errorf("%d appeals", n)
	}
	if n := j.commits.Load(); n > 8 {
		t.Errorf("%d transactions", n)
	}
	cancel()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

// TestMigrate: nodes that start at once migrate once, and a newer schema is
// refused only where it says so.
func TestMigrate(t *testing.T) {
	url := server.URL(t)
	var all sync.WaitGroup
	var first atomic.Int64
	for range 4 {
		all.Go(func() {
			from, to, err := Migrate(t.Context(), url)
			if err != nil || to != schemaVersion {
				t.Errorf("from %d to %d, %v", from, to, err)
			}
			if from == 0 {
				first.Add(1)
			}
		})
	}
	all.Wait()
	if n := first.Load(); n != 1 {
		t.Errorf("%d of them migrated", n)
	}
	const next = schemaVersion + 1
	query(t, url, "UPDATE appealhub_meta SET version = $1", next)
	if from, to, err := Migrate(t.Context(), url); from != next || to != next || err != nil {
		t.Errorf("newer, compatible: from %d to %d, %v", from, to, err)
	}
	j, _ := running(t, url, Options{})
	if _, err := send(t, j, "1", "1"); err != nil {
		t.Error(err)
	}
	query(t, url, "UPDATE appealhub_meta SET min_compatible = $1", next)
	_, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: journaltest.Planner{}}})
	var open *OpenError
	if !errors.As(err, &open) || !strings.Contains(open.What, fmt.Sprintf("schema %d is newer", next)) || open.Remedy == "" {
		t.Errorf("newer: %v", err)
	}
	if _, err := OpenReadOnly(t.Context(), url, nil); err == nil {
		t.Error("newer: it was opened for reading")
	}
}

// TestOpenErrors: each failure is told apart, has a remedy and no secret.
func TestOpenErrors(t *testing.T) {
	url := server.URL(t)
	query(t, url, "DROP ROLE IF EXISTS appealhub_test_poor")
	query(t, url, "CREATE ROLE appealhub_test_poor LOGIN PASSWORD 'hunter2'")
	t.Cleanup(func() {
		query(t, url, "DROP OWNED BY appealhub_test_poor")
		query(t, url, "DROP ROLE appealhub_test_poor")
	})
	poor := as(t, url, "appealhub_test_poor")
	database := url[strings.LastIndex(url, "/"):strings.Index(url, "?")]
	for name, c := range map[string]struct{ url, what string }{
		"not there":    {"postgres://u:hunter2@127.0.0.1:1/x", "nothing listens there"},
		"no such name": {"postgres://u:hunter2@nowhere.invalid/x", "can't be resolved"},
		"bad address":  {"postgres://u:hunter2@h:port/x", "can't be read"},
		"no database":  {strings.Replace(url, database, "/gone", 1), "no such database"},
		"no right":     {poor, "lacks rights"},
		"no TLS":       {strings.Replace(url, "disable", "require", 1), "no trusted connection"},
		"no such path": {url + "&search_path=nowhere", "no schema to work in"},
		"all is well":  {url, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Check(t.Context(), c.url)
			if c.what == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var open *OpenError
			if !errors.As(err, &open) || !strings.Contains(open.What, c.what) || open.Remedy == "" {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("it tells a secret, or more than a line: %v", err)
			}
			if _, _, again := Migrate(t.Context(), c.url); again == nil {
				t.Error("migrate does not see it")
			}
		})
	}
	if _, err := OpenReadOnly(t.Context(), url, nil); err == nil || !strings.Contains(err.Error(), "holds no journal") {
		t.Errorf("without a schema: %v", err)
	}
}
