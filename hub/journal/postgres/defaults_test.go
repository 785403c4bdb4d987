package postgres

import (
	"bytes"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// setDefault sets a default of the database's, for every session that begins from then on.
func setDefault(t *testing.T, address, name, value string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query(t, address, "ALTER DATABASE "+pgx.Identifier{strings.TrimPrefix(u.Path, "/")}.Sanitize()+" SET "+name+" = '"+value+"'")
}

// TestIsolation: whatever isolation is the database's default, transactions that write
// have the one that they were written for.
func TestIsolation(t *testing.T) {
	url := migrated(t)
	query(t, url, "CREATE TABLE seen (isolation text)")
	query(t, url, "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('transaction_isolation')); RETURN NULL; END $$")
	for _, table := range []string{"events", "deliveries", "deliveries_archive", "links"} {
		query(t, url, "CREATE TRIGGER see AFTER INSERT OR UPDATE ON "+table+" EXECUTE FUNCTION see()")
	}
	setDefault(t, url, "default_transaction_isolation", "serializable")
	j, _ := running(t, url, Options{})
	query(t, url, "TRUNCATE seen") // of the start, whose statements are transactions of their own
	over(t, j, 1)
	if n := archiveAll(t, j, 1); n != 1 {
		t.Errorf("%d were archived", n)
	}
	if err := j.SetLink(t.Context(), "rx", "somebody", time.Now(), func(s *journal.LinkState) { s.Paused = true }); err != nil {
		t.Error(err)
	}
	if all, other := count(t, url, "SELECT count(*) FROM seen"), count(t, url, "SELECT count(*) FROM seen WHERE isolation <> 'read committed'"); all == 0 || other > 0 {
		t.Errorf("%d of %d statements in transactions of another isolation", other, all)
	}
}

// TestMigrateWaits: who waits for another node that migrates bears with the role's
// statement_timeout.
func TestMigrateWaits(t *testing.T) {
	url := server.URL(t)
	setDefault(t, url, "statement_timeout", "100ms")
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	unlock, err := lockMigrations(t.Context(), c.Config())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, _, err := Migrate(t.Context(), url); done <- err }()
	waits := func() bool {
		return count(t, url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND now() - query_start > '300ms'") > 0
	}
	for end := time.Now().Add(20 * time.Second); !waits(); {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("nobody waits")
		}
	}
	unlock()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestMigrationIsPatient: no statement of a migration is bound by the role's
// statement_timeout: on a large journal it may take long.
func TestMigrationIsPatient(t *testing.T) {
	url := server.URL(t)
	query(t, url, "CREATE TABLE seen (bound text)")
	query(t, url, "CREATE FUNCTION see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('statement_timeout')); END $$")
	query(t, url, "CREATE EVENT TRIGGER see ON ddl_command_end EXECUTE FUNCTION see()")
	setDefault(t, url, "statement_timeout", "1min")
	if _, _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if all, bound := count(t, url, "SELECT count(*) FROM seen"), count(t, url, "SELECT count(*) FROM seen WHERE bound <> '0'"); all == 0 || bound > 0 {
		t.Errorf("%d of %d statements are bound", bound, all)
	}
}

// TestUnsafe: settings by which the server may lose what it has committed are named.
func TestUnsafe(t *testing.T) {
	url := migrated(t)
	for _, commit := range []string{"off", "local"} {
		setDefault(t, url, "synchronous_commit", commit)
		s, err := Check(t.Context(), url)
		if err != nil || slices.Contains(s.Unsafe, "synchronous_commit=off") != (commit == "off") {
			t.Errorf("%s: %v, %v", commit, s.Unsafe, err)
		}
	}
}

// TestIdleListener: who listens and hears nothing for the database's
// idle_session_timeout listens again at once, and the log has no line of it.
func TestIdleListener(t *testing.T) {
	url := migrated(t)
	if count(t, url, "SELECT current_setting('server_version_num')::bigint") < 140000 {
		t.Skip("PostgreSQL 13 has no idle_session_timeout")
	}
	setDefault(t, url, "idle_session_timeout", "200ms")
	var log bytes.Buffer
	_, stop := running(t, url, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	listeners := map[int64]bool{}
	for end := time.Now().Add(20 * time.Second); len(listeners) < 4; {
		listeners[count(t, url, "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")] = true
		if time.Now().After(end) {
			t.Fatal("it does not listen again")
		}
	}
	stop()
	if log.Len() > 0 {
		t.Error(log.String())
	}
}
