// Package stage sets up what the demonstration and the crash test play on: a
// Feedback Platform and a Directum RX, both simulated in this process, and a
// hub's configuration between them.
//
// It starts the hub's program and knows nothing of what is to happen.
package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
	"github.com/appealhub/appealhub/connectors/pos/possim"
)

// Config says where and with what.
type Config struct {
	Dir      string // for configuration and data
	Program  string // the hub's
	Seed     uint64
	Poll     string // between two polls of a link: 1s
	LogLevel string
	Fixed    bool      // on the ports of the quickstart, where they are free
	Journal  string    // sqlite if empty
	Bus      string    // embedded if empty
	Nodes    int       // hubs that share the journal and the files; 1 if 0
	Timeout  string    // of a call: 60s if empty
	Log      io.Writer // of the hub
}

// Stage is two simulators and a configuration.
type Stage struct {
	Config  string // path of the first node's hub.yaml
	POS, RX string // addresses of the simulators
	HubURL  string // of the first node
	Nodes   []Node

	cfg   Config
	ended chan error
	stop  context.CancelFunc
}

// Node is one hub.
type Node struct {
	Config string // path of its hub.yaml
	URL    string
	Start  func(*exec.Cmd) error // where it runs; nil: as this process does
}

// New starts the simulators and writes the configuration.
func New(ctx context.Context, cfg Config) (*Stage, error) {
	s := &Stage{cfg: cfg, ended: make(chan error, 2)}
	pos, err := listen(cfg.Fixed, "127.0.0.1:9101")
	if err != nil {
		return nil, err
	}
	rx, err := listen(cfg.Fixed, "127.0.0.1:9102")
	if err != nil {
		pos.Close()
		return nil, err
	}
	s.POS, s.RX = "http://"+pos.Addr().String(), "http://"+rx.Addr().String()
	ctx, s.stop = context.WithCancel(ctx)
	go func() { s.ended <- possim.New(possim.Config{Seed: cfg.Seed}).Serve(ctx, pos) }()
	go func() { s.ended <- directumrxsim.New(directumrxsim.Config{Seed: cfg.Seed}).Serve(ctx, rx) }()
	return s, s.nodes()
}

// listen listens on the address wanted if that is free, else on a free one.
func listen(fixed bool, wanted string) (net.Listener, error) {
	if fixed {
		if l, err := net.Listen("tcp", wanted); err == nil {
			return l, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func address(fixed bool, wanted string) (string, error) {
	l, err := listen(fixed, wanted)
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// configuration is a hub's; the passwords are the simulators' own.
const configuration = `apiVersion: appealhub/v1
organisations:
  adm: {name: Администрация города, time_zone: Europe/Moscow}
data_dir: {{.Data}}
journal: "{{.Journal}}"
bus: "{{.Bus}}"
log: {level: {{.Level}}}
http: {listen: {{.Hub}}}
links:
  pos: {connector: pos, timeout: {{.Timeout}}, file_timeout: {{.Timeout}}, options: {url: "{{.POS}}", username: hub, password: pos-password, client_id: edms, client_secret: pos-secret, kind_59fz: "Вид обращения=Обращение по 59-ФЗ", poll: {{.Poll}}}}
  rx: {connector: directumrx, timeout: {{.Timeout}}, file_timeout: {{.Timeout}}, options: {url: "{{.RX}}/Integration/odata", username: hub, password: rx-password, profile: ogv, poll: {{.Poll}}}}
routes:
  - {from: pos, to: rx, when: 'appeal.kind == "message" || appeal.fast_track'}
  - {from: pos, to: rx}
  - {from: api, to: rx}
`

// nodes writes the configuration of each.
func (s *Stage) nodes() error {
	dir, err := filepath.Abs(s.cfg.Dir)
	if err != nil {
		return err
	}
	for n := range max(s.cfg.Nodes, 1) {
		hub, err := address(s.cfg.Fixed && n == 0, "127.0.0.1:8080")
		if err != nil {
			return err
		}
		node := Node{Config: filepath.Join(dir, "hub.yaml"), URL: "http://" + hub}
		data := filepath.Join(dir, "data")
		if n > 0 {
			node.Config, data = filepath.Join(dir, fmt.Sprintf("hub-%d.yaml", n+1)), filepath.Join(dir, fmt.Sprintf("data-%d", n+1))
		}
		if err := errors.Join(s.write(node.Config, data, hub), s.share(filepath.Join(dir, "data"), data)); err != nil {
			return err
		}
		s.Nodes = append(s.Nodes, node)
	}
	s.Config, s.HubURL = s.Nodes[0].Config, s.Nodes[0].URL
	return nil
}

// share gives a node the files of the first one, as a folder mounted on both
// machines does.
func (s *Stage) share(first, data string) error {
	if s.cfg.Nodes < 2 {
		return nil
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(first, "spool"), 0o700), os.MkdirAll(data, 0o700)); err != nil || first == data {
		return err
	}
	err := os.Symlink(filepath.Join(first, "spool"), filepath.Join(data, "spool"))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

func (s *Stage) write(path, data, hub string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return template.Must(template.New("hub.yaml").Parse(configuration)).Execute(f, map[string]string{
		"Data": data, "Hub": hub, "POS": s.POS, "RX": s.RX, "Poll": s.cfg.Poll, "Level": cmp.Or(s.cfg.LogLevel, "info"),
		"Journal": cmp.Or(s.cfg.Journal, "sqlite"), "Bus": cmp.Or(s.cfg.Bus, "embedded"), "Timeout": cmp.Or(s.cfg.Timeout, "60s"),
	})
}

// Hub starts the first node; env is added to its environment.
func (s *Stage) Hub(env ...string) (*hubproc.Process, error) { return s.Node(0, env...) }

// Node starts a node, counted from 0; env is added to its environment.
func (s *Stage) Node(n int, env ...string) (*hubproc.Process, error) {
	node := s.Nodes[n]
	return hubproc.Start(hubproc.Config{Program: s.cfg.Program, Args: []string{"serve", "--config", node.Config}, Env: env, URL: node.URL, Log: s.cfg.Log, Start: node.Start})
}

// Close ends the simulators.
func (s *Stage) Close() error {
	s.stop()
	for range 2 {
		if err := <-s.ended; err != nil {
			return fmt.Errorf("simulator: %w", err)
		}
	}
	return nil
}
