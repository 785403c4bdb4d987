package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
)

// TestRestoredInPart: a database that a dump was put back into without the values of
// its sequences, or without its constraints, is refused by check and at the start, with
// the cure; it takes no number that is given away.
func TestRestoredInPart(t *testing.T) {
	for name, c := range map[string]struct{ spoil, why, remedy, cure string }{
		"events' numbers":     {"SELECT setval('events_seq_seq', 1, false)", "events_seq_seq", "setval('events_seq_seq'", renumber},
		"deliveries' numbers": {"SELECT setval('deliveries_id_seq', 1)", "deliveries_id_seq", "setval('deliveries_id_seq'", renumber},
		"a key":               {"ALTER TABLE refs DROP CONSTRAINT refs_pkey", "refs_pkey", "--exit-on-error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			address := migrated(t)
			j, stop := running(t, address, Options{})
			for _, id := range []string{"1", "2", "3"} {
				if _, err := send(t, j, id, "1"); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			if _, err := Check(t.Context(), address); err != nil {
				t.Fatal(err)
			}
			query(t, address, c.spoil)
			_, checked := Check(t.Context(), address)
			_, opened := Open(t.Context(), address, Options{Options: journal.Options{Planner: journaltest.Planner{}}})
			for _, err := range []error{checked, opened} {
				var open *OpenError
				if !errors.As(err, &open) || open.Unreachable || !strings.Contains(open.Why(), c.why) || !strings.Contains(open.Remedy, c.remedy) {
					t.Fatalf("%v", err)
				}
			}
			if c.cure == "" {
				return
			}
			query(t, address, c.cure)
			j, _ = running(t, address, Options{})
			if _, err := send(t, j, "4", "1"); err != nil {
				t.Fatal(err)
			}
			if got := len(claim(t, j, 9, time.Minute)); got != 4 {
				t.Errorf("%d deliveries", got)
			}
		})
	}
}

// TestKeys: the keys that are looked for are those that the migrations make.
func TestKeys(t *testing.T) {
	n := count(t, migrated(t), `SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace AND c.relname <> ALL ($1) AND c.relname NOT LIKE 'goose%'`, keys)
	if n != 0 {
		t.Errorf("%d keys of the schema are not looked for", n)
	}
}
