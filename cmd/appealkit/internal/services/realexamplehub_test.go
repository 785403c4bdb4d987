//go:build services

package services

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
	"github.com/appealhub/appealhub/connectors/pos/possim"
)

// exampleHub is the hub's program with examples/kafka/hub.yaml as it is, both
// systems simulated, and the servers of the test.
type exampleHub struct {
	t       *testing.T
	program string
	env     []string // what hub.yaml and the commands take from it
	pos     string   // address of the portal
	url     string
}

// newExampleHub builds the program and starts the simulators. More of the
// environment may override hub.yaml.
func newExampleHub(t *testing.T, s *Services, more ...string) *exampleHub {
	t.Helper()
	dir := t.TempDir()
	x := &exampleHub{t: t, program: filepath.Join(dir, "appealhub")}
	build := exec.Command("go", "build", "-o", x.program, "./cmd/appealhub")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pos, rx := httptest.NewServer(possim.New(possim.Config{Seed: 1})), httptest.NewServer(directumrxsim.New(directumrxsim.Config{Seed: 1}))
	t.Cleanup(pos.Close)
	t.Cleanup(rx.Close)
	listen, err := hubproc.FreeAddress()
	must(t, err)
	x.pos, x.url = pos.URL, "http://"+listen
	x.env = append([]string{
		"POSTGRES_URL=" + s.PostgresURL(), "KAFKA_BROKERS=" + strings.Join(s.KafkaBrokers(), ","), "HUB_DATA=" + filepath.Join(dir, "data"), "HUB_LISTEN=" + listen,
		"POS_URL=" + pos.URL, "RX_URL=" + rx.URL + "/Integration/odata", "HUB_API_URL=" + x.url,
	}, more...)
	return x
}

func (x *exampleHub) config() string { return filepath.Join(root, "examples", "kafka", "hub.yaml") }

// serve runs the hub until stop, or the test's end, and waits until it is ready.
func (x *exampleHub) serve() (stop func()) {
	x.t.Helper()
	p, err := hubproc.Start(hubproc.Config{Program: x.program, Args: []string{"serve", "--config", x.config()}, Env: x.env, URL: x.url, Log: x.t.Output()})
	must(x.t, err)
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		if err := p.Stop(30 * time.Second); err != nil {
			x.t.Error(err)
		}
	}
	x.t.Cleanup(stop)
	must(x.t, p.Ready(x.t.Context()))
	return stop
}

// command is a program with the hub's environment.
func (x *exampleHub) command(program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(x.t.Context(), program, args...)
	c.Env = append(os.Environ(), x.env...)
	return c
}

// run runs a command of the hub's and returns all that it says, and its exit code.
func (x *exampleHub) run(args ...string) (said string, code int) {
	c := x.command(x.program, args...)
	out, _ := c.CombinedOutput() // the code tells
	return string(out), c.ProcessState.ExitCode()
}

// eventually runs a command until what it says has the text.
func (x *exampleHub) eventually(text string, args ...string) string {
	x.t.Helper()
	var said string
	await(x.t, text+" in "+strings.Join(args, " "), func() bool {
		said, _ = x.run(args...)
		return strings.Contains(said, text)
	})
	return said
}

// appeals is how many the journal has.
func (x *exampleHub) appeals() int {
	said, _ := x.run("appeal", "list", "--output", "json")
	var list struct{ Items []any }
	if err := json.Unmarshal([]byte(said), &list); err != nil {
		x.t.Errorf("%v: %s", err, said)
	}
	return len(list.Items)
}

// await waits until so is true.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// seed has the portal serve so many items more.
func (x *exampleHub) seed(body string) {
	x.t.Helper()
	resp, err := http.Post(x.pos+"/_sim/seed", "application/json", strings.NewReader(body))
	must(x.t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		x.t.Fatalf("seed: %s", resp.Status)
	}
}
