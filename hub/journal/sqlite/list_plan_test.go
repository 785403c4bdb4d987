package sqlite

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestListsByIndex: what is one organisation's, and whose a file is, is found without
// a walk through all there is.
func TestListsByIndex(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	day := sdk.Date{Year: 2026, Month: 12, Day: 1}
	for name, c := range map[string]struct {
		index string
		read  func() error
	}{
		"appeals": {"appeals_organisation (organisation=?)", func() error {
			_, err := j.Appeals(t.Context(), journal.AppealQuery{Organisation: "adm", Limit: 51})
			return err
		}},
		"their next page": {"appeals_organisation (organisation=? AND id<?)", func() error {
			_, err := j.Appeals(t.Context(), journal.AppealQuery{Organisation: "adm", Status: sdk.StatusInWork, Before: "b", Limit: 51})
			return err
		}},
		"how many": {"appeals_organisation (organisation=?)", func() error {
			_, err := j.Count(t.Context(), journal.AppealQuery{Organisation: "adm"})
			return err
		}},
		"terms": {"deadlines_organisation (organisation=?", func() error {
			_, err := j.Due(t.Context(), journal.DeadlineQuery{Organisation: "adm", UpTo: day, After: &journal.Deadline{Due: day}, Limit: 51})
			return err
		}},
		"all terms": {"deadlines_open (due<?)", func() error {
			_, err := j.Due(t.Context(), journal.DeadlineQuery{UpTo: day, Limit: 51})
			return err
		}},
		"files": {"files_sha256 (sha256=?)", func() error {
			_, err := j.Referenced(t.Context(), strings.Repeat("0", 64))
			return err
		}},
	} {
		if plan := planOf(t, j, c.read); !strings.Contains(plan, c.index) || strings.Contains(plan, "ORDER BY") {
			t.Errorf("%s: want %s\n%s", name, c.index, plan)
		}
	}
}

// planOf is how SQLite carries out what a read asks.
func planOf(t *testing.T, j *Journal, read func() error) (plan string) {
	t.Helper()
	var all []*conn
	for range readConns {
		c := <-j.readers
		clear(c.stmts)
		all = append(all, c)
		j.readers <- c
	}
	if err := read(); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		for _, one := range plans(t, c) {
			plan += one
		}
	}
	return plan
}
