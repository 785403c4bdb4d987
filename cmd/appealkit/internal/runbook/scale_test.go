//go:build services

package runbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestScale follows the runbooks of several nodes, in the order of a hub's life.
func TestScale(t *testing.T) {
	s := newScale(t)
	for _, one := range []struct {
		name string
		play func(*testing.T)
	}{
		{"least rights", s.leastRights},
		{"all was lost", s.allLost},
		{"restored to an hour ago", s.restored},
		{"Kafka wiped", s.kafkaWiped},
		{"a node lost", s.nodeLost},
		{"rolling upgrade", s.upgrade},
		{"dead letters", s.deadLetters},
	} {
		if !t.Run(one.name, one.play) {
			t.FailNow()
		}
	}
	s.ranAll(t, func(section string) bool { return !small(section) })
}

// leastRights has roles made, the schema migrated and the nodes run.
func (s *scale) leastRights(t *testing.T) {
	s.run(t, 0, "pg-roles")
	s.run(t, 0, "pg-migrate")
	for _, sql := range []string{"CREATE TABLE t (n int)", "ALTER TABLE events ADD COLUMN n int", "UPDATE appealhub_meta SET version = 99", "DROP TABLE outbox"} {
		if err := s.sql(t, s.running, sql); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("the running role may %s: %v", sql, err)
		}
	}
	must(t, s.sql(t, s.env["OWNER_URL"], "REVOKE DELETE ON outbox FROM hub_run"))
	if out, err := s.try(t, 0, "check"); err == nil || !strings.Contains(out, "the role lacks rights") || !strings.Contains(out, "table outbox") {
		t.Errorf("a right is missing: %v", err)
	}
	s.run(t, 0, "pg-grant")
	s.run(t, 0, "check")
	s.everywhere(t, "start")
	s.appeals(t, 4, 2)
	s.whole(t)
	if log, err := os.ReadFile(filepath.Join(s.dir, "hub.log")); err != nil || strings.Contains(string(log), "are not heard") {
		t.Errorf("the running role may not listen: %v", err)
	}
}

// sql runs a statement for a role.
func (s *scale) sql(t *testing.T, url, statement string) error {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer c.Close(t.Context())
	_, err = c.Exec(t.Context(), statement)
	return err
}

// allLost loses the database and the files while appeals with files wait for the
// EDMS.
func (s *scale) allLost(t *testing.T) {
	s.away(t, true)
	s.appeals(t, 4, 1)
	s.await(t, "the EDMS is waited for", s.heard)
	s.run(t, 0, "pg-backup")
	was := s.look(t)
	s.everywhere(t, "stop")
	must(t, os.RemoveAll(filepath.Join(s.dir, "data", "spool")))
	s.run(t, 0, "pg-restore")
	s.run(t, 0, "spool-restore")
	s.everywhere(t, "start")
	s.known(t, was)
	s.away(t, false)
	s.run(t, 0, "drop-damaged")
	s.appeals(t, 2, 1)
	s.whole(t)
}

// restored takes the database back to a time when some appeals had not come yet,
// and others were in work or on their way to an EDMS that was down. Nothing is on
// its way to the portal then: the document says what becomes of that.
func (s *scale) restored(t *testing.T) {
	fixtures := s.lives(t)
	s.await(t, "all are registered", s.registered)
	s.away(t, true)
	s.appeals(t, 4, 1)
	s.await(t, "nothing is on its way to the portal", s.heard)
	s.run(t, 0, "pg-backup")
	s.away(t, false)
	s.appeals(t, 8, 3)
	s.played(t, fixtures)
	was := s.look(t)
	s.everywhere(t, "stop")
	s.run(t, 0, "pg-restore")
	if out := s.run(t, 0, "pg-underway"); !strings.Contains(out, "(0 rows)") {
		t.Error("something was on its way to the portal")
	}
	s.everywhere(t, "start")
	s.run(t, 0, "read-all")
	s.same(t, was)
	s.run(t, 0, "verify")
	s.run(t, 0, "drop-damaged")
}
