package postgres

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
)

// upTo brings an empty database to a schema of before.
func upTo(t *testing.T, url string, version int64) {
	t.Helper()
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
}

// storeBefore writes appeals by the schema of version 6: one that is over and one
// with a delivery to make.
func storeBefore(t *testing.T, url string) {
	t.Helper()
	for _, sql := range []string{
		`INSERT INTO appeals (id, organisation, source_link, source_id, kind, fast_track, version, revision, status, outcome, status_at, rework, lead, targets, parked,
 received_at, updated_at, due, events, head, body, files, numbers, refs)
 SELECT 'a' || i, 'adm', 'pos', i::text, 'message', false, '1', 1, s, '', 1, 0, 'rx', ' rx ', '', 1, 1, '2026-12-20', 1, sha256('c'), i, 0, 0, ''
 FROM unnest(ARRAY['answered', 'received']) WITH ORDINALITY k (s, i)`,
		`INSERT INTO events (id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation, status, outcome, external, revision, verb, delivery,
 attachment, receipt_id, token, reason, prev_hash, body_digest, hash)
 SELECT 'e' || i, 'a' || i, 1, 'appeal.received', 1, 'pos', i::text, '1', '', 'adm', 'received', '', '', 1, '', 0, '', '', '', '', sha256('a'), NULL, sha256('c') FROM generate_series(1, 2) i`,
		`INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, settled, receipt_id, last_kind, lease, leased_until, node)
 SELECT 'a' || i, 'rx', 'appeal', '', i, CASE i WHEN 1 THEN 'done' ELSE 'ready' END, 0, 1, false, 1, CASE i WHEN 1 THEN 1 END, '', '', '', 0, '' FROM generate_series(1, 2) i`,
		`INSERT INTO deadlines (appeal, term, organisation, due, open) VALUES ('a1', 'answer', 'adm', '2026-12-20', false), ('a2', 'answer', 'adm', '2026-12-20', true)`,
		`INSERT INTO refs (link, id, appeal, last, open) VALUES ('pos', '1', 'a1', '', false), ('pos', '2', 'a2', '', false)`,
	} {
		query(t, url, sql)
	}
}

// TestMigrateArchive: rows of before stay where they are, in the same pages; what
// was there goes on, and numbers too.
func TestMigrateArchive(t *testing.T) {
	url := server.URL(t)
	upTo(t, url, 6)
	storeBefore(t, url)
	files := func() (n int64) {
		return count(t, url, "SELECT pg_relation_filenode('deliveries')::bigint * 4294967296 + pg_relation_filenode('deadlines')::bigint")
	}
	before := files()
	if from, to, err := Migrate(t.Context(), url); from != 6 || to != schemaVersion || err != nil {
		t.Fatalf("from %d to %d, %v", from, to, err)
	}
	if files() != before {
		t.Error("the tables were written anew")
	}
	j, _ := running(t, url, Options{})
	if out := claim(t, j, 10, time.Minute); len(out) != 1 || out[0].ID != 2 {
		t.Errorf("claimed %v", out)
	}
	if due, err := j.Due(t.Context(), journal.DeadlineQuery{}); err != nil || len(due) != 1 || due[0].Appeal != "a2" {
		t.Errorf("due: %v, %v", due, err)
	}
	if n := archiveAll(t, j, 10); n != 1 {
		t.Errorf("%d were archived", n)
	}
	if archived, live := lies(t, url); archived != 2 || live != 2 {
		t.Errorf("%d rows in the archive, %d outside", archived, live)
	}
	if _, err := send(t, j, "3", "1"); err != nil {
		t.Fatal(err)
	}
	if out := claim(t, j, 10, time.Minute); len(out) != 1 || out[0].ID != 3 {
		t.Errorf("claimed %v", out)
	}
	for _, setting := range []string{"fillfactor=45", "autovacuum_vacuum_scale_factor=0.02"} {
		if n := count(t, url, "SELECT count(*) FROM pg_class WHERE relname = 'deliveries' AND $1 = ANY (reloptions)", setting); n != 1 {
			t.Errorf("deliveries lacks %s", setting)
		}
	}
	if n := count(t, url, "SELECT count(*) FROM pg_indexes WHERE tablename LIKE '%\\_archive'"); n != 3 {
		t.Errorf("the archive has %d indexes: keys, and deliveries by appeal", n)
	}
}

// TestMigrateArchiveCutOff: a migration that was cut off between any two of its
// steps, or behind the last one, begins again.
func TestMigrateArchiveCutOff(t *testing.T) {
	text, err := migrations.ReadFile("migrations/0007_archive.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	steps := strings.Split(up, "-- +goose StatementBegin")[1:]
	for n := range steps {
		url := server.URL(t)
		upTo(t, url, 6)
		storeBefore(t, url)
		for _, sql := range steps[:n+1] {
			query(t, url, sql)
		}
		upTo(t, url, 7)
		j, _ := running(t, url, Options{})
		if archived := archiveAll(t, j, 10); archived != 1 {
			t.Errorf("after %d steps: %d were archived", n+1, archived)
		}
	}
}

// TestMigrateArchiveReadsNothing: the rows are not looked through under the lock
// that keeps others out.
func TestMigrateArchiveReadsNothing(t *testing.T) {
	url := server.URL(t)
	upTo(t, url, 6)
	storeBefore(t, url)
	cfg, err := pgx.ParseConfig(url + "&client_min_messages=debug1")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	said := map[string]int{}
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		mu.Lock()
		defer mu.Unlock()
		said[n.Message]++
	}
	if err := up(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"deliveries", "deadlines"} {
		if said[`partition constraint for table "`+table+`" is implied by existing constraints`] != 1 {
			t.Errorf("%s was read: %v", table, said)
		}
	}
}

// TestMigrateBack: going back keeps all rows, and the numbers.
func TestMigrateBack(t *testing.T) {
	url := migrated(t)
	j, stop := running(t, url, Options{})
	over(t, j, 2)
	archiveAll(t, j, 10)
	stop()
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	p, err := provider(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.DownTo(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	query(t, url, `INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, receipt_id, last_kind, lease, leased_until, node)
 VALUES ('a', 'rx', 'appeal', '', 1, 'ready', 0, 1, false, 1, '', '', '', 0, '')`)
	if n := count(t, url, "SELECT max(id) * 10 + count(*) FROM deliveries"); n != 55 {
		t.Errorf("%d: five deliveries, the last one with the number 5", n)
	}
}
