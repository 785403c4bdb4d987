package runbook

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

const document = "../../../../examples/runbooks/README.md"

// play is hubs between two simulators, and an operator with the document.
type play struct {
	dir     string
	program string
	blocks  map[string]Block
	ran     map[string]bool
	env     map[string]string // of every block
	set     *stage.Stage
	items   int      // at the portal
	keys    []string // of what was submitted
	first   int      // the node that is asked

	mu    sync.Mutex
	nodes map[int]*hubproc.Process // those that run
}

// programs is the folder of the hub's program, which newPlay makes once.
var programs struct {
	sync.Once
	dir string
	err error
}

func built() (string, error) {
	programs.Do(func() {
		if programs.dir, programs.err = os.MkdirTemp("", "appealhub-runbook-"); programs.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", programs.dir+"/", "../../../appealhub").CombinedOutput()
		if err != nil {
			programs.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	return programs.dir, programs.err
}

func TestMain(m *testing.M) {
	code := m.Run()
	if programs.dir != "" {
		os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// newPlay sets the stage; no hub runs yet.
func newPlay(t *testing.T, cfg stage.Config) *play {
	t.Helper()
	for _, program := range []string{"bash", "curl", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("the runbooks' commands need %s: install it", program)
		}
	}
	bin, err := built()
	must(t, err)
	blocks, err := Read(document)
	must(t, err)
	p := &play{dir: t.TempDir(), program: bin + "/appealhub", blocks: map[string]Block{}, ran: map[string]bool{}, nodes: map[int]*hubproc.Process{}}
	for _, b := range blocks {
		p.blocks[b.Name] = b
	}
	log, err := os.Create(filepath.Join(p.dir, "hub.log"))
	must(t, err)
	cfg.Dir, cfg.Program, cfg.Seed, cfg.Poll, cfg.Log, cfg.Timeout = p.dir, bin+"/appealhub", 1, "200ms", log, "5s"
	p.set, err = stage.New(context.Background(), cfg) // outlives the test's own
	must(t, err)
	control := httptest.NewServer(http.HandlerFunc(p.control))
	t.Cleanup(func() {
		p.end(t, log)
		control.Close()
		if err := p.set.Close(); err != nil {
			t.Error(err)
		}
	})
	p.env = map[string]string{"PATH": bin + ":" + os.Getenv("PATH"), "BACKUP": filepath.Join(p.dir, "backup"), "CONTROL": control.URL}
	p.quick(t)
	return p
}

// quick has the officials act soon.
func (p *play) quick(t *testing.T) {
	t.Helper()
	steps := []map[string]string{{"do": "take", "after": "100ms"}, {"do": "register", "after": "300ms"}, {"do": "answer", "after": "300ms"}}
	must(t, stage.Call(t.Context(), "POST", p.set.RX+"/_sim/scripts", map[string]any{"script": steps}, nil))
}

// end kills what runs; after a failure the end of the hubs' log is shown.
func (p *play) end(t *testing.T, log *os.File) {
	for _, node := range p.nodes {
		node.Kill()
	}
	log.Close()
	if raw, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
		t.Logf("hub.log: …%s", raw[max(0, len(raw)-6000):])
	}
}

// control starts and stops hubs for $HUB_START and $HUB_STOP, as systemd does for
// an operator: POST /start/0.
func (p *play) control(w http.ResponseWriter, r *http.Request) {
	verb, number, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	n, err := strconv.Atoi(number)
	if err == nil && verb == "start" {
		err = p.start(r.Context(), n)
	} else if err == nil {
		err = p.stop(n)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (p *play) start(ctx context.Context, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.nodes[n] != nil {
		return fmt.Errorf("node %d runs", n)
	}
	node, err := p.set.Node(n)
	if err != nil {
		return err
	}
	p.nodes[n] = node
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return node.Ready(ctx)
}

func (p *play) stop(n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	node := p.nodes[n]
	if node == nil {
		return nil // as systemd
	}
	delete(p.nodes, n)
	return node.Stop(30 * time.Second)
}

// kill kills a node that nobody is to start again as it was.
func (p *play) kill(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nodes[n].Kill()
	delete(p.nodes, n)
}

// on are the variables of node n.
func (p *play) on(n int) map[string]string {
	node := p.set.Nodes[n]
	data := filepath.Join(p.dir, "data")
	if n > 0 {
		data = fmt.Sprintf("%s-%d", data, n+1)
	}
	do := "curl -sS --fail-with-body -X POST " + p.env["CONTROL"]
	return map[string]string{
		"CONFIG": node.Config, "DATA": data, "HUB_API_URL": node.URL,
		"HUB_START": fmt.Sprintf("%s/start/%d", do, n), "HUB_STOP": fmt.Sprintf("%s/stop/%d", do, n),
	}
}

// run runs a block of the document on node n as it stands there.
func (p *play) run(t *testing.T, n int, name string) string {
	t.Helper()
	out, err := p.try(t, n, name)
	if err != nil {
		t.Fatalf("%s (line %d of the document): %v\n%s", name, p.blocks[name].Line, err, out)
	}
	return out
}

// try is run for a block that is to fail.
func (p *play) try(t *testing.T, n int, name string) (string, error) {
	t.Helper()
	block, ok := p.blocks[name]
	if !ok {
		t.Fatalf("the document has no block %s", name)
	}
	p.ran[name] = true
	begun := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", block.Text)
	cmd.Dir, cmd.WaitDelay = p.dir, time.Second
	cmd.Env = os.Environ()
	for _, vars := range []map[string]string{p.env, p.on(n)} {
		for name, value := range vars {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	t.Logf("%s on node %d, %v\n%s", name, n+1, time.Since(begun).Round(10*time.Millisecond), out.String())
	return out.String(), err
}

// small reports whether a section is of a hub that needs no servers.
func small(section string) bool {
	return strings.HasPrefix(section, "1.") || strings.HasPrefix(section, "8.") || strings.HasPrefix(section, "9.")
}

// ranAll wants every block of the sections to have been run.
func (p *play) ranAll(t *testing.T, of func(section string) bool) {
	t.Helper()
	for name, b := range p.blocks {
		if of(b.Section) && !p.ran[name] {
			t.Errorf("line %d of the document: nobody runs %s", b.Line, name)
		}
	}
}

// appeals has appeals come: items at the portal, with files, and submissions
// over the API.
func (p *play) appeals(t *testing.T, items, submissions int) {
	t.Helper()
	if items > 0 {
		must(t, stage.Call(t.Context(), "POST", p.set.POS+"/_sim/seed", map[string]int{"count": items, "files": 2}, nil))
		p.items += items
	}
	for range submissions {
		key := fmt.Sprintf("runbook-%d", len(p.keys))
		p.submit(t, key)
		p.keys = append(p.keys, key)
	}
}

// away has the EDMS answer nobody, or be back.
func (p *play) away(t *testing.T, on bool) {
	t.Helper()
	if on {
		must(t, stage.Call(t.Context(), "POST", p.set.RX+"/_sim/faults", map[string]any{"fault": "drop_before"}, nil))
		return
	}
	must(t, stage.Call(t.Context(), "DELETE", p.set.RX+"/_sim/faults", nil, nil))
}

// submit sends an appeal over the API.
func (p *play) submit(t *testing.T, key string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.program, "appeal", "submit", "../../../../examples/quickstart/appeal.json", "--key", key, "--url", p.hub())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("submit: %v: %s", err, out)
	}
}

// hub is the address of the node that is asked.
func (p *play) hub() string { return p.set.Nodes[p.first].URL }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
