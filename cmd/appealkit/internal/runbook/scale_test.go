//go:build services

package runbook

import (
	"os"
	"path/filepath"
	"testing"
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
	} {
		if !t.Run(one.name, one.play) {
			t.FailNow()
		}
	}
}

// leastRights has roles made, the schema migrated and the nodes run.
func (s *scale) leastRights(t *testing.T) {
	s.run(t, 0, "pg-roles")
	s.run(t, 0, "pg-migrate")
	s.everywhere(t, "start")
	s.appeals(t, 4, 2)
	s.whole(t)
}

// allLost loses the database and the files.
func (s *scale) allLost(t *testing.T) {
	s.run(t, 0, "pg-backup")
	was := s.look(t)
	s.everywhere(t, "stop")
	must(t, os.RemoveAll(filepath.Join(s.dir, "data", "spool")))
	s.run(t, 0, "pg-restore")
	s.run(t, 0, "spool-restore")
	s.everywhere(t, "start")
	s.same(t, was)
	s.run(t, 0, "drop-damaged")
	s.appeals(t, 2, 1)
	s.whole(t)
}

// restored takes the database back to a time when half of the appeals that both
// systems have now had not come yet, and others were in work.
func (s *scale) restored(t *testing.T) {
	fixtures := s.lives(t)
	s.await(t, "all are registered", s.registered)
	s.run(t, 0, "pg-backup")
	s.appeals(t, 12, 4)
	s.played(t, fixtures)
	was := s.look(t)
	s.everywhere(t, "stop")
	s.run(t, 0, "pg-restore")
	s.run(t, 0, "pg-underway")
	s.everywhere(t, "start")
	s.run(t, 0, "read-all")
	s.same(t, was)
	s.run(t, 0, "verify")
	s.run(t, 0, "drop-damaged")
}
