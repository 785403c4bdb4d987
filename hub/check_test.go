package hub

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// asker is a connector that asks its system with one GET.
type asker struct{ env sdk.Env }

func (asker) Close() error { return nil }

func (a asker) Check(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.env.Options["url"].(string), nil)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, "check", "%w", err)
	}
	resp, err := a.env.HTTP.Do(req)
	if err != nil {
		return sdk.Errorf(sdk.Transient, "check", "%w", err)
	}
	defer resp.Body.Close()
	kinds := map[int]sdk.Kind{401: sdk.Denied, 404: sdk.NotFound, 429: sdk.Throttled, 418: sdk.Invalid}
	if kind, ok := kinds[resp.StatusCode]; ok {
		return sdk.Errorf(kind, "check", "HTTP %d", resp.StatusCode)
	}
	if resp.StatusCode >= 500 {
		return sdk.Errorf(sdk.Transient, "check", "HTTP %d", resp.StatusCode)
	}
	return nil
}

func askerSpec() sdk.Spec {
	return sdk.Spec{
		Name:    "asker",
		Options: []sdk.Option{{Name: "url"}, {Name: "username"}, {Name: "password", Secret: true}},
		Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
			if env.Options["url"] == "" {
				return nil, fmt.Errorf("option url is not an http or https address")
			}
			return asker{env}, nil
		},
	}
}

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return l.Addr().String()
}

// TestCheckLink: each failure is told apart and has a remedy.
func TestCheckLink(t *testing.T) {
	answers := func(w http.ResponseWriter, r *http.Request) {
		var code int
		fmt.Sscanf(r.URL.Path, "/%d", &code)
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
			return
		}
		if r.URL.Path == "/cut" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(code)
	}
	plain := httptest.NewServer(http.HandlerFunc(answers))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(http.HandlerFunc(answers))
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	defer secure.Close()
	gone := closedPort(t)
	for url, want := range map[string]struct {
		kind         FindingKind
		what, remedy string
	}{
		plain.URL + "/200":               {FindingOK, "answers and takes the credentials", ""},
		"http://" + gone:                 {FindingUnreachable, "nothing listens at " + gone, "is the system running?"},
		"http://nowhere.invalid/x":       {FindingUnreachable, "the name nowhere.invalid can't be resolved", "DNS"},
		plain.URL + "/401":               {FindingUnreachable, "refuses the credentials", "username, password"},
		plain.URL + "/404":               {FindingUnreachable, "does not know the address", "check the path in links.sys.options.url"},
		plain.URL + "/429":               {FindingUnreachable, "less often", "rate"},
		plain.URL + "/503":               {FindingUnreachable, "is in trouble", "own log"},
		plain.URL + "/418":               {FindingUnreachable, "not its own", "leads to the system"},
		plain.URL + "/hang":              {FindingUnreachable, "does not answer in time", "links.sys.timeout"},
		plain.URL + "/cut":               {FindingUnreachable, "ends the connection", "port"},
		secure.URL + "/200":              {FindingUnreachable, "signed by nobody this hub trusts", "tls.ca"},
		"https" + plain.URL[4:] + "/200": {FindingUnreachable, "does not speak TLS", "http://"},
		"":                               {FindingInvalid, "the link does not open", "config schema"},
	} {
		t.Run(url, func(t *testing.T) {
			cfg := link.Config{Name: "sys", Connector: "asker", Options: sdk.Options{"url": url, "password": "hunter2"}, Timeout: 20 * time.Second}
			if strings.HasSuffix(url, "/hang") {
				cfg.Timeout = 300 * time.Millisecond
			}
			got, _ := checkLink(t.Context(), cfg, []sdk.Spec{askerSpec()}, slog.New(slog.DiscardHandler))
			if got.Kind != want.kind || !strings.Contains(got.What, want.what) || !strings.Contains(got.Remedy, want.remedy) || got.Link != "sys" {
				t.Errorf("got %+v", got)
			}
			if want.kind != FindingOK && got.Why == "" {
				t.Error("no cause is told")
			}
		})
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dataDir, want := range map[string]FindingKind{
		dir:                            FindingOK,
		filepath.Join(dir, "new", "x"): FindingOK,
		filepath.Join(file, "x"):       FindingInvalid,
	} {
		cfg := Config{DataDir: dataDir, HTTP: HTTP{Listen: "127.0.0.1:0"}, Links: []link.Config{{Name: "mute", Connector: "mute"}, {Name: "odd", Connector: "mutte"}}}
		specs := []sdk.Spec{{Name: "mute", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return closer{}, nil }}}
		got := Check(t.Context(), cfg, specs, slog.New(slog.DiscardHandler))
		if len(got) != 4 || got[0].Kind != FindingOK || got[1].Kind != want || got[1].Path != "data_dir" || got[2].Kind != FindingOK {
			t.Errorf("%s: got %+v", dataDir, got)
		}
		if odd := got[3]; odd.Kind != FindingInvalid || odd.Remedy != "did you mean mute?" {
			t.Errorf("got %+v", odd)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("something was left behind: %v", left)
	}
}

// TestNewerFile: a journal of a later program is told as that, by a check, a start and
// migrate.
func TestNewerFile(t *testing.T) {
	cfg := Config{DataDir: t.TempDir()}
	if all := checkJournalFile(cfg); all != nil {
		t.Errorf("no file: found %v", all)
	}
	if _, _, err := MigrateJournal(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", cfg.JournalFile())
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	const cure = "install the version of the hub that migrated it, or a newer one: nothing is wrong with the file"
	all := checkJournalFile(cfg)
	if len(all) != 1 || all[0].Kind != FindingInvalid || all[0].What != "the journal's schema 99 is newer than this program" || all[0].Remedy != cure {
		t.Errorf("found %+v", all)
	}
	_, _, migrating := MigrateJournal(t.Context(), cfg)
	_, starting := openFile(t.Context(), cfg, journal.Options{Planner: &planner{}})
	for _, err := range []error{migrating, starting} {
		if err == nil || !strings.HasSuffix(err.Error(), cure) {
			t.Errorf("got %v", err)
		}
	}
}
