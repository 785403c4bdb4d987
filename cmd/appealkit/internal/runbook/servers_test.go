//go:build services

package runbook

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/services"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// scale is two nodes on PostgreSQL and Kafka, that the document's commands set up.
type scale struct {
	*play
	servers *services.Services
	running string // the database for the running role
	bus     string
}

func newScale(t *testing.T) *scale {
	t.Helper()
	dir := t.TempDir()
	servers, err := services.Open(services.Config{Dir: dir, Only: []string{services.Postgres, services.Kafka}, Out: t.Output(), Getenv: func(string) string { return "" }})
	must(t, err)
	t.Cleanup(func() {
		if err := servers.Purge(context.Background()); err != nil { // the test's own has ended
			t.Error(err)
		}
	})
	must(t, servers.Up(t.Context()))
	brokers := strings.Join(servers.KafkaBrokers(), ",")
	address := fmt.Sprintf("kafka://%s?partitions=3&replication=1", brokers)
	p := newPlay(t, stage.Config{Nodes: 2, Journal: database(t, servers, "hub", "hub_run", "run-password"), Bus: address})
	p.env["OWNER_PASSWORD"], p.env["RUN_PASSWORD"], p.env["KAFKA_BROKERS"] = "owner-password", "run-password", brokers
	p.env["ADMIN_URL"] = servers.PostgresURL()
	p.env["OWNER_URL"] = database(t, servers, "hub", "hub_owner", "owner-password")
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	must(t, err)
	if len(programs) > 0 {
		p.env["PATH"] = programs[len(programs)-1] + ":" + p.env["PATH"] // of the server's version
	}
	p.env["SHARED"] = filepath.Join(p.dir, "data", "spool")
	return &scale{play: p, servers: servers, running: database(t, servers, "hub", "hub_run", "run-password"), bus: address}
}

// database is the address of a database for a role.
func database(t *testing.T, servers *services.Services, name, role, password string) string {
	t.Helper()
	u, err := url.Parse(servers.PostgresURL())
	must(t, err)
	u.Path, u.User = "/"+name, url.UserPassword(role, password)
	return u.String()
}

// everywhere runs a block on every node.
func (p *play) everywhere(t *testing.T, name string) {
	t.Helper()
	for n := range p.set.Nodes {
		p.run(t, n, name)
	}
}
