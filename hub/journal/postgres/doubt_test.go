package postgres

import (
	"errors"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestDoubt: a server that takes a change of a row, and has no room or gives no right for
// another event, is in doubt until one is recorded again.
func TestDoubt(t *testing.T) {
	for code, want := range map[string]error{"53100": journal.ErrFull, "42501": journal.ErrUnavailable} {
		url := migrated(t)
		j, _ := running(t, url, Options{})
		query(t, url, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '"+code+"'; END $$")
		query(t, url, "CREATE TRIGGER refuse BEFORE INSERT ON events EXECUTE FUNCTION refuse()")
		if err := j.Doubt(); err != nil {
			t.Errorf("in doubt from the start: %v", err)
		}
		if _, err := send(t, j, "1", "1"); !errors.Is(err, want) {
			t.Fatal(err)
		}
		mark := journal.Batch{Cursors: []journal.Position{{Link: "api", Feed: "readyz", At: "1"}}}
		if _, err := j.Append(t.Context(), mark); err != nil || !errors.Is(j.Doubt(), want) {
			t.Errorf("%s: in doubt: %v; a mark: %v", code, j.Doubt(), err)
		}
		query(t, url, "DROP TRIGGER refuse ON events")
		if _, err := send(t, j, "1", "1"); err != nil || j.Doubt() != nil {
			t.Errorf("%s: in doubt: %v, afterwards: %v", code, j.Doubt(), err)
		}
	}
}
