package cli

import (
	"testing"

	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
)

// TestPostgresScripts runs the program with its journal in PostgreSQL.
func TestPostgresScripts(t *testing.T) {
	server := pgtest.New(t)
	for _, dir := range []string{"testdata/postgres", "testdata/copy"} {
		scripts(t, dir, server.URL(t))
	}
}
