package runbook

import (
	"database/sql"
	"errors"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver that a journal of before is made with
)

// newVersion goes from a schema of before to the present one while appeals wait for
// the EDMS, back to the backup, and on again.
func (p *play) newVersion(t *testing.T) {
	p.away(t, true)
	p.appeals(t, 4, 2)
	p.await(t, "the EDMS is waited for", p.heard)
	p.run(t, 0, "stop")
	p.away(t, false)
	p.older(t)
	p.run(t, 0, "sqlite-backup") // by a hub of before
	if out := p.run(t, 0, "upgrade-check"); !strings.Contains(out, "the schema goes from version 3 to ") {
		t.Error("the check does not tell what the start does")
	}
	p.run(t, 0, "start")
	if out := p.run(t, 0, "upgrade-seen"); !strings.Contains(out, "can be read; the schema is version") {
		t.Error("it is not seen that it worked")
	}
	p.run(t, 0, "upgrade-terms")
	p.whole(t)
	p.run(t, 0, "stop")
	p.run(t, 0, "sqlite-restore")
	if out := p.run(t, 0, "upgrade-check"); !strings.Contains(out, "the schema goes from version 3 to ") {
		t.Error("the backup is not of the schema of before")
	}
	p.run(t, 0, "start")
	p.whole(t)
	p.later(t)
}

// older has the journal be one of schema 3.
func (p *play) older(t *testing.T) {
	t.Helper()
	p.alter(t, "DROP INDEX files_sha256; DROP INDEX deadlines_organisation; DROP INDEX appeals_organisation; DELETE FROM goose_db_version WHERE version_id > 3")
}

// later has the journal be one of a later version, on which nothing starts.
func (p *play) later(t *testing.T) {
	t.Helper()
	p.run(t, 0, "stop")
	p.alter(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)")
	if out, err := p.try(t, 0, "upgrade-check"); err == nil || !strings.Contains(out, "is newer than this program") {
		t.Errorf("a journal of a later version: %v", err)
	}
	if out, err := exec.CommandContext(t.Context(), p.program, "serve", "--config", p.on(0)["CONFIG"]).CombinedOutput(); err == nil || !strings.Contains(string(out), "is newer than this program") {
		t.Errorf("a hub starts on it: %v\n%s", err, out)
	}
}

// alter changes the journal of a hub that is stopped.
func (p *play) alter(t *testing.T, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.Join(p.on(0)["DATA"], "journal.db")}).EscapedPath())
	must(t, err)
	_, err = db.ExecContext(t.Context(), statements)
	must(t, errors.Join(err, db.Close()))
}
