package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestRoom: the claim of a backlog leaves the deliveries in their pages, so that no
// index is written to: a row that finds no room in its page costs twice as much, and
// leaves entries that later claims read.
func TestRoom(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{Node: "01a22ae1-103c-7390-888c-96deff73b13b"})
	const n = 400
	b := journal.Batch{}
	for i := range n {
		b.Entries = append(b.Entries, entry(message(fmt.Sprintf("01a22ae1-103c-7390-888c-%012d", i), "1")))
	}
	if _, err := j.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	before := pages(t, url)
	if out := claim(t, j, n, time.Minute); len(out) != n || len(before) != n {
		t.Fatalf("%d of %d deliveries were claimed", len(out), len(before))
	}
	left := 0
	for id, page := range pages(t, url) {
		if page != before[id] {
			left++
		}
	}
	if left > n/5 {
		t.Errorf("%d of %d claimed deliveries left their pages", left, n)
	}
}

// pages are the pages in which the deliveries lie, by id.
func pages(t *testing.T, url string) map[int64]string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	rows, err := c.Query(t.Context(), "SELECT id, split_part(ctid::text, ',', 1) FROM deliveries")
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]string{}
	var id int64
	var page string
	_, err = pgx.ForEachRow(rows, []any{&id, &page}, func() error {
		out[id] = page
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
