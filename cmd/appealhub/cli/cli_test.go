package cli

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"github.com/appealhub/appealhub/connectors"
	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/sdk"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"appealhub": func() { os.Exit(Main("dev", connectors.All())) },
		"otherhub":  func() { os.Exit(Main("1.2.3", append(connectors.All(), registry()))) },
	})
}

// registry is a connector that only another program has.
func registry() sdk.Spec {
	return sdk.Spec{
		Name:    "registry",
		Summary: "A registry that takes whatever it is given",
		Options: []sdk.Option{{Name: "room", Summary: "number of its room", Required: true}},
		Open:    func(context.Context, sdk.Env) (sdk.Connector, error) { return shelf{}, nil },
	}
}

// shelf takes appeals.
type shelf struct{}

// DeliverAppeal takes the appeal under the hub's own id.
func (shelf) DeliverAppeal(_ context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	return sdk.Receipt{Ref: sdk.Ref{ID: "shelf-" + a.ID}}, nil
}

// Check finds the shelf in its place.
func (shelf) Check(context.Context) error { return nil }

// Close leaves it there.
func (shelf) Close() error { return nil }

// TestScripts runs the program as its users do, with a hub, its files and the
// simulators of the systems.
func TestScripts(t *testing.T) { scripts(t, "testdata/script", "sqlite") }

// scripts runs the scripts in the folder; JOURNAL is where the hub's journal is
// to lie.
func scripts(t *testing.T, dir, journal string) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"eventually": eventually,
			"sql":        execSQL,
			"remember":   remember,
			"shows":      shows,
			"fault":      fault,
			"script":     script,
			"seed":       seed,
			"post":       post,
			"numbered":   numbered,
			"workbook":   workbook,
			"sheet":      sheet,
		},
		Setup: func(e *testscript.Env) error {
			root, err := filepath.Abs(filepath.Join("..", "..", ".."))
			if err != nil {
				return err
			}
			e.Setenv("ROOT", root)
			e.Setenv("JOURNAL", journal)
			e.Setenv("TODAY", time.Now().In(time.FixedZone("Asia/Omsk", 6*60*60)).Format(time.DateOnly)) // of the scripts' organisation
			for _, name := range []string{"HUB", "NOBODY"} {
				address, err := freeAddress()
				if err != nil {
					return err
				}
				e.Setenv(name, address)
			}
			e.Setenv("HUB_API_URL", "http://"+e.Getenv("HUB"))
			pos := httptest.NewServer(possim.New(possim.Config{Seed: 1}))
			rx := httptest.NewServer(directumrxsim.New(directumrxsim.Config{Seed: 1}))
			e.Defer(pos.Close)
			e.Defer(rx.Close)
			e.Setenv("POS", pos.URL)
			e.Setenv("RX", rx.URL)
			receiver, err := webhooksim.New(webhooksim.Config{})
			if err != nil {
				return err
			}
			hook := httptest.NewServer(receiver)
			e.Defer(hook.Close)
			e.Setenv("HOOK", hook.URL)
			e.Setenv("WEBHOOK_SECRET", webhooksim.DefaultSecret)
			return nil
		},
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// exits CODE PROGRAM ARGS… runs a program that is to end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if code := codeOfRun(ts, args[1:]); code != want || neg {
		ts.Fatalf("%v exits with %d", args[1:], code)
	}
}

// codeOfRun runs a program and returns its exit code; -1 where it did not run.
func codeOfRun(ts *testscript.TestScript, args []string) int {
	var ended *exec.ExitError
	switch err := ts.Exec(args[0], args[1:]...); {
	case err == nil:
		return 0
	case errors.As(err, &ended):
		return ended.ExitCode()
	}
	return -1
}

// eventually PATTERN PROGRAM ARGS… runs a program until it succeeds and what it
// prints holds the pattern.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	pattern := args[0]
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if codeOfRun(ts, args[1:]) == 0 && strings.Contains(ts.ReadFile("stdout"), pattern) != neg {
			return
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
	ts.Fatalf("%v did not print %s", args[1:], pattern)
}

// shows PATH PATTERN waits until what the hub serves at the path, or anybody at a
// whole address, holds the pattern.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	address, token := args[0], ""
	if strings.HasPrefix(address, "/") {
		address, token = ts.Getenv("HUB_API_URL")+address, ts.Getenv("HUB_API_TOKEN")
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if strings.Contains(served(address, token), args[1]) != neg {
			return
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
	ts.Fatalf("%s did not show %s", args[0], args[1])
}

// fault SIMULATOR JSON makes requests to a simulator fail.
func fault(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, args[0]+"/_sim/faults", args[1])
}

// script SIMULATOR JSON tells a simulator's officials what to do.
func script(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, args[0]+"/_sim/scripts", args[1])
}

// seed SIMULATOR JSON makes appeals in a simulator.
func seed(ts *testscript.TestScript, _ bool, args []string) {
	control(ts, args[0]+"/_sim/seed", args[1])
}

// post ADDRESS JSON tells a simulator anything else.
func post(ts *testscript.TestScript, _ bool, args []string) { control(ts, args[0], args[1]) }

func control(ts *testscript.TestScript, url, body string) {
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		ts.Fatalf("the simulator does not take it: %s", resp.Status)
	}
}

// served is what lies at an address, for who bears the token; empty where nobody
// answers.
func served(url, token string) string {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return ""
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return ""
	}
	return string(body)
}

// remember NAME keeps what was printed, without its line's end, in a variable.
func remember(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// numbered NAME keeps the last number that begins a line of what was printed.
func numbered(ts *testscript.TestScript, _ bool, args []string) {
	all := regexp.MustCompile(`(?m)^[0-9]+`).FindAllString(ts.ReadFile("stdout"), -1)
	if all == nil {
		ts.Fatalf("no line begins with a number")
	}
	ts.Setenv(args[0], all[len(all)-1])
}

// execSQL FILE STATEMENT changes a journal behind the hub's back.
func execSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	done, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("%s changed nothing: %v", args[1], err)
	}
}
