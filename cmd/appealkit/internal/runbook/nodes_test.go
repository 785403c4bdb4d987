//go:build services

package runbook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kafkaWiped has the broker come back empty while items wait at the portal.
func (s *scale) kafkaWiped(t *testing.T) {
	was := s.look(t)
	broker := s.servers.Broker(1)
	data := filepath.Join(filepath.Dir(broker.Log()), "data")
	must(t, broker.Kill())
	must(t, os.RemoveAll(data))
	must(t, s.servers.Up(t.Context()))
	if out, err := s.try(t, 0, "kafka-check"); err != nil || !strings.Contains(out, "topics that are missing are made at the start") {
		t.Errorf("an empty Kafka: %v", err)
	}
	s.everywhere(t, "stop")
	s.everywhere(t, "start")
	s.run(t, 0, "kafka-check")
	s.run(t, 0, "pg-backup")
	s.same(t, was)
	s.appeals(t, 4, 2)
	s.once(t)
	s.run(t, 0, "read-all")
}

// nodeLost kills a node, and sets up another one.
func (s *scale) nodeLost(t *testing.T) {
	s.kill(1)
	must(t, os.RemoveAll(s.on(1)["DATA"]))
	s.appeals(t, 6, 2)
	s.once(t)
	s.run(t, 1, "node-spool")
	s.run(t, 1, "check")
	s.run(t, 1, "start")
	if out := s.run(t, 0, "node-list"); strings.Count(out, " up ")+strings.Count(out, " silent ") != 3 {
		t.Error("not two nodes up, and one lost")
	}
}

// upgrade restarts each node in turn on a schema that is newer than its program,
// while appeals come.
func (s *scale) upgrade(t *testing.T) {
	s.run(t, 0, "pg-upgrade-check")
	s.run(t, 0, "pg-backup")
	s.run(t, 0, "pg-migrate")
	must(t, s.sql(t, s.env["OWNER_URL"], "UPDATE appealhub_meta SET version = version + 1"))
	for n := range s.set.Nodes {
		s.first = n
		s.appeals(t, 6, 1)
		s.first = 1 - n
		listed := strings.Count(s.run(t, s.first, "node-list"), "\n")
		s.run(t, n, "stop")
		if now := strings.Count(s.run(t, s.first, "node-list"), "\n"); now != listed-1 {
			t.Errorf("%d nodes are listed, and were %d before one ended", now, listed)
		}
		s.appeals(t, 6, 1)
		s.run(t, n, "start")
	}
	s.first = 0
	s.once(t)
	must(t, s.sql(t, s.env["OWNER_URL"], "UPDATE appealhub_meta SET min_compatible = version"))
	if out, err := s.try(t, 0, "check"); err == nil || !strings.Contains(out, "is newer than this program") {
		t.Errorf("a schema that asks for newer programs: %v", err)
	}
	must(t, s.sql(t, s.env["OWNER_URL"], "UPDATE appealhub_meta SET version = version - 1, min_compatible = 1"))
}
