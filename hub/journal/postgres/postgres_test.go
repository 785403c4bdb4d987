package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/sdk"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, &server)) }

func TestJournal(t *testing.T) {
	url := migrated(t)
	journaltest.Run(t, func(t *testing.T) journaltest.Open {
		empty(t, url)
		return func(o journal.Options, now func() time.Time) (journal.Journal, error) {
			return Open(context.Background(), url, Options{Options: o, Node: "one", Writers: 2, Now: now})
		}
	})
}

// migrated is the address of a journal's database with nothing in it.
func migrated(t testing.TB) string {
	t.Helper()
	url := server.URL(t)
	if _, _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

// query runs a statement beside the journal.
func query(t testing.TB, url, sql string, args ...any) {
	t.Helper()
	c, err := pgx.Connect(context.WithoutCancel(t.Context()), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.WithoutCancel(t.Context()), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// count reads one number.
func count(t testing.TB, url, sql string, args ...any) (n int64) {
	t.Helper()
	c, err := pgx.Connect(context.WithoutCancel(t.Context()), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// empty takes everything out of a journal's database.
func empty(t testing.TB, url string) {
	t.Helper()
	query(t, url, `DO $$ DECLARE name text; BEGIN
 FOREACH name IN ARRAY string_to_array('events heads appeals refs tokens files receipts numbers deliveries_all deadlines_all cursors links parked leases nodes offsets outbox', ' ') LOOP
  EXECUTE 'DELETE FROM ' || name;
 END LOOP;
 PERFORM setval('events_seq_seq', 1, false), setval('deliveries_id_seq', 1, false), setval('parked_id_seq', 1, false);
END $$`)
}

// running opens a node that commits until stop is called, or the test ends.
func running(t testing.TB, url string, o Options) (j *Journal, stop func()) {
	t.Helper()
	o.Planner = journaltest.Planner{}
	j, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-ran, j.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return j, stop
}

func message(id, version string) *sdk.Appeal {
	return &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: id}, Version: version, Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "rx"}, Text: "текст " + id}
}

func entry(a *sdk.Appeal) journal.Entry {
	return journal.Entry{At: time.Now(), Link: a.Ref.Link, Appeal: a}
}

func send(t testing.TB, j *Journal, id, version string) (journal.Result, error) {
	t.Helper()
	rs, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(message(id, version))}})
	if err != nil {
		return journal.Result{}, err
	}
	return rs[0], nil
}

func claim(t testing.TB, j *Journal, n int, lease time.Duration) []journal.Claimed {
	t.Helper()
	out, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: n, Lease: lease, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func done(c journal.Claimed) journal.Settlement {
	ref := sdk.Ref{Link: "rx", ID: "doc-" + c.View.Source.ID}
	return journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: time.Now(), As: journal.SettleDone, Receipt: sdk.Receipt{Ref: ref}}
}

// verify wants every chain unbroken and returns how many events there are.
func verify(t testing.TB, url string) (n int) {
	t.Helper()
	j, err := OpenReadOnly(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var v journal.Verifier
	err = j.Scan(t.Context(), func(e *journal.Event, digest []byte) error {
		n++
		for _, fault := range v.Check(e, digest) {
			return fmt.Errorf("%w", fault)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}
