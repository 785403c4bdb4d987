package postgres

import (
	"errors"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestFull: a server that has room for a change of a row and none for another row is full
// until something is recorded again.
func TestFull(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	query(t, url, "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$")
	query(t, url, "CREATE TRIGGER no_room BEFORE INSERT ON events EXECUTE FUNCTION no_room()")
	if j.Full() {
		t.Error("full from the start")
	}
	if _, err := send(t, j, "1", "1"); !errors.Is(err, journal.ErrFull) {
		t.Fatal(err)
	}
	mark := journal.Batch{Cursors: []journal.Position{{Link: "api", Feed: "readyz", At: "1"}}}
	if _, err := j.Append(t.Context(), mark); err != nil || !j.Full() {
		t.Errorf("full: %v; a mark: %v", j.Full(), err)
	}
	query(t, url, "DROP TRIGGER no_room ON events")
	if _, err := send(t, j, "1", "1"); err != nil || j.Full() {
		t.Errorf("full: %v, afterwards: %v", j.Full(), err)
	}
}
