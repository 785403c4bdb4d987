package runbook

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// TestSmall follows the runbooks of a hub on SQLite, in the order of its life.
func TestSmall(t *testing.T) {
	p := newPlay(t, stage.Config{})
	for _, one := range []struct {
		name string
		play func(*testing.T)
	}{
		{"all was lost", p.diskLost},
		{"restored to an hour ago", p.journalBack},
		{"files that nobody needs", p.nobodys},
		{"a new version", p.newVersion},
	} {
		if !t.Run(one.name, one.play) {
			t.FailNow()
		}
	}
	p.ranAll(t, small)
}

// diskLost loses the data folder after a backup that was made while the hub ran
// and appeals with files waited for the EDMS.
func (p *play) diskLost(t *testing.T) {
	p.run(t, 0, "start")
	p.appeals(t, 4, 2)
	p.whole(t)
	p.away(t, true)
	p.appeals(t, 4, 1)
	p.await(t, "the EDMS is waited for", p.heard)
	p.run(t, 0, "sqlite-backup")
	was := p.look(t)
	p.run(t, 0, "stop")
	must(t, os.RemoveAll(p.on(0)["DATA"]))
	p.run(t, 0, "sqlite-restore")
	p.run(t, 0, "spool-restore")
	p.run(t, 0, "start")
	p.known(t, was)
	p.away(t, false)
	p.appeals(t, 2, 1)
	p.whole(t)
}

// journalBack takes the journal alone back to a time when some appeals were on
// their way to the EDMS; of those that came later the portal was not told that they
// were accepted.
func (p *play) journalBack(t *testing.T) {
	p.away(t, true)
	p.appeals(t, 6, 2)
	p.await(t, "the EDMS is waited for", p.heard)
	p.run(t, 0, "sqlite-backup")
	must(t, stage.Call(t.Context(), "POST", p.set.POS+"/_sim/faults", map[string]any{"fault": "status", "status": 400, "body": "no", "path": "/appeal-service/edms/*/mark-accepted"}, nil))
	p.away(t, false)
	p.appeals(t, 3, 0)
	p.await(t, "all are registered", p.registered)
	p.await(t, "all are answered", p.told)
	p.kill(0) // so that the journal has its log beside it
	must(t, stage.Call(t.Context(), "DELETE", p.set.POS+"/_sim/faults", nil, nil))
	p.run(t, 0, "sqlite-restore")
	p.run(t, 0, "start")
	p.whole(t)
}

// nobodys removes an upload whose appeal never came, and nothing else.
func (p *play) nobodys(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "curl", "-sSf", "-H", "Content-Type: text/plain", "--data-binary", "nobody's", p.hub()+"/api/v1/attachments").CombinedOutput(); err != nil {
		t.Fatalf("upload: %v: %s", err, out)
	}
	old := time.Now().Add(-8 * 24 * time.Hour)
	files := 0
	must(t, filepath.Walk(filepath.Join(p.on(0)["DATA"], "spool"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		if len(info.Name()) == 64 {
			files++
		}
		return os.Chtimes(path, old, old)
	}))
	out := p.run(t, 0, "spool-gc") // with the one by which /readyz tries the disk
	for _, line := range []string{fmt.Sprintf("2 of %d files would be removed", files), fmt.Sprintf("2 of %d files removed", files)} {
		if !strings.Contains(out, line) {
			t.Errorf("not %q", line)
		}
	}
	p.run(t, 0, "disk")
	p.whole(t)
}

// told wants every item answered at the portal.
func (p *play) told(ctx context.Context) (string, error) {
	var portal struct{ Closed int }
	err := stage.Call(ctx, "GET", p.set.POS+"/_sim/summary", nil, &portal)
	if portal.Closed < p.items {
		return fmt.Sprintf("%d of %d", portal.Closed, p.items), err
	}
	return "", err
}
