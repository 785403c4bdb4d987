package main

import (
	"testing"

	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
)

// TestPostgresScripts runs the program with its journal in PostgreSQL.
func TestPostgresScripts(t *testing.T) {
	scripts(t, "testdata/postgres", pgtest.New(t).URL(t))
}
