package transfer

import (
	"database/sql"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestReadIsBounded: large rows are read a few at once, so that a copy takes no more
// memory than batchBytes and a row; none is left out.
func TestReadIsBounded(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE cursors (link TEXT, feed TEXT, at BLOB, PRIMARY KEY (link, feed))"); err != nil {
		t.Fatal(err)
	}
	const size, all = 1 << 20, 40
	for i := range all {
		if _, err := db.Exec("INSERT INTO cursors VALUES ('x', ?, ?)", strconv.Itoa(i), []byte(strings.Repeat("x", size))); err != nil {
			t.Fatal(err)
		}
	}
	k := &copying{from: db}
	cursors := table{name: "cursors", key: []string{"link", "feed"}, columns: columns("link feed at")}
	seen := map[string]bool{}
	for key := []any(nil); ; {
		some, err := k.read(t.Context(), cursors, key)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		if len(some)*size > batchBytes+size {
			t.Errorf("%d rows of 1 MiB at once", len(some))
		}
		for _, row := range some {
			seen[row[1].(string)] = true
		}
		key = cursors.keyOf(some[len(some)-1])
	}
	if len(seen) != all {
		t.Errorf("%d of %d rows were read", len(seen), all)
	}
}
