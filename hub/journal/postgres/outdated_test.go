package postgres

import (
	"errors"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
)

// TestMigrateBesideOutdated: a schema that the nodes at work could not go on with
// waits until they have ended, whoever asks for it.
func TestMigrateBesideOutdated(t *testing.T) {
	url := server.URL(t)
	upTo(t, url, 6)
	const now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
	query(t, url, "INSERT INTO nodes (node, host, listen, version, started, draining, polls, seen) VALUES ('n1', 'vm1', '', '1.0', 1, true, '', "+now+")")
	refused := func(by string, err error) {
		t.Helper()
		var open *OpenError
		if !errors.As(err, &open) || open.Unreachable || !strings.Contains(open.Why(), "n1 on vm1, version 1.0") || !strings.Contains(open.Remedy, "stop every node") {
			t.Errorf("%s: %v", by, err)
		}
		if n := count(t, url, "SELECT version FROM appealhub_meta"); n != 6 {
			t.Errorf("%s: the schema is %d", by, n)
		}
	}
	_, _, err := Migrate(t.Context(), url)
	refused("migrate", err)
	_, err = Check(t.Context(), url)
	refused("check", err)
	_, err = Open(t.Context(), url, Options{Node: "n2", Options: journal.Options{Planner: journaltest.Planner{}}})
	refused("another node", err)

	running(t, url, Options{Node: "n1"}) // in its next life
	if n := count(t, url, "SELECT version FROM appealhub_meta"); n != schemaVersion {
		t.Errorf("the node itself: the schema is %d", n)
	}
}

// TestMigrateBesideSilent: a node that gives no sign of life any more is none, and
// one whose program may work on the new schema goes on.
func TestMigrateBesideSilent(t *testing.T) {
	const now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
	for name, c := range map[string]struct {
		from int64
		seen string
	}{"silent": {6, now + " - 16000000"}, "compatible": {minCompatible, now}} {
		url := server.URL(t)
		upTo(t, url, c.from)
		query(t, url, "INSERT INTO nodes (node, host, listen, version, started, draining, polls, seen) VALUES ('n1', 'vm1', '', '1.0', 1, false, '', "+c.seen+")")
		if _, to, err := Migrate(t.Context(), url); err != nil || to != schemaVersion {
			t.Errorf("%s: to %d, %v", name, to, err)
		}
		if n := count(t, url, "SELECT min_compatible FROM appealhub_meta"); n != minCompatible {
			t.Errorf("programs of %d may work on it, and %d is said", n, minCompatible)
		}
	}
}
