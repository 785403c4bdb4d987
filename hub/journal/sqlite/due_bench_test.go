package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkDue finds what is due, and the first page of what ends soon, among so
// many open terms: ns/op must not grow with them.
func BenchmarkDue(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		path := filepath.Join(b.TempDir(), "journal.db")
		j, err := Open(context.Background(), path, journal.Options{Planner: still{}})
		if err != nil {
			b.Fatal(err)
		}
		openTerms(b, path, n)
		now := time.UnixMicro(1_000_000)
		b.Run(fmt.Sprintf("open=%d/waking", n), func(b *testing.B) {
			for b.Loop() {
				if ids, _, err := j.Waking(b.Context(), now, 500); err != nil || len(ids) != 100 {
					b.Fatalf("%d, %v", len(ids), err)
				}
			}
		})
		b.Run(fmt.Sprintf("open=%d/list", n), func(b *testing.B) {
			q := journal.DeadlineQuery{Organisation: "adm", UpTo: sdk.Date{Year: 2026, Month: 6, Day: 1}, Limit: 100}
			for b.Loop() {
				if all, err := j.Due(b.Context(), q); err != nil || len(all) != 100 {
					b.Fatalf("%d, %v", len(all), err)
				}
			}
		})
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// openTerms writes n open terms, of which a hundred are to be told.
func openTerms(b *testing.B, path string, n int) {
	b.Helper()
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?)
 INSERT INTO deadlines (appeal, term, organisation, due, open, wake)
 SELECT printf('0197%08x-0000-7000-8000-000000000000', i), 'answer', 'adm', date('2026-01-01', (i % 365) || ' days'), 1, CASE WHEN i <= 100 THEN 1 ELSE 4000000000000000 END FROM c`, n)
	if err != nil {
		b.Fatal(err)
	}
}

// still plans nothing.
type still struct{}

func (still) Plan(s journal.State, _ journal.Input) journal.Plan { return journal.Plan{View: s.View} }
