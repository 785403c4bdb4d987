package bench

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// TestSameRows: the bound writes as many rows of each kind as the hub does for
// the same appeals, or it would be no bound of the hub's.
func TestSameRows(t *testing.T) {
	hub := rowsOf(t, RunHub)
	bound := rowsOf(t, RunBound)
	for _, passing := range []string{"cursors", "goose_db_version", "links", "sqlite_sequence"} { // not an appeal's
		delete(hub, passing)
		delete(bound, passing)
	}
	if diff := cmp.Diff(hub, bound); diff != "" {
		t.Errorf("rows of the hub (-) and the bound (+):\n%s", diff)
	}
	if hub["events"] != 2*sample || hub["appeals"] != sample || hub["deliveries"] != sample {
		t.Errorf("the hub wrote %v", hub)
	}
}

// sample is how many appeals are submitted.
const sample = 20

// rowsOf submits appeals to a program and counts what it wrote, by table.
func rowsOf(t *testing.T, run func(context.Context, Process) error) map[string]int {
	t.Helper()
	r, err := newReceiver()
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	address, err := hubproc.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	body, err := load.Document()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, Process{Dir: dir, Listen: address, Receiver: r.address}) }()
	sent, err := load.Run(ctx, load.Config{URL: "http://" + address, Connections: 4, Count: sample, Body: body})
	if err != nil || sent.Accepted != sample {
		t.Fatalf("%d accepted, %v, %v, %s", sent.Accepted, sent.Refused, err, sent.LastFail)
	}
	journal := filepath.Join(dir, "journal.db")
	for bound := time.Now().Add(20 * time.Second); count(t, journal)["events"] < 2*sample; {
		if time.Now().After(bound) {
			t.Fatalf("not settled: %v", count(t, journal))
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return count(t, journal)
}

func count(t *testing.T, path string) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	out := map[string]int{}
	for _, name := range tables {
		var n int
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM "`+name+`"`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	for what, query := range map[string]string{
		"terms watched": "SELECT count(*) FROM deadlines WHERE wake > 0", "letters of the terms": "SELECT coalesce(sum(length(terms)) / count(*), 0) FROM appeals",
	} {
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[what] = n
	}
	return out
}
