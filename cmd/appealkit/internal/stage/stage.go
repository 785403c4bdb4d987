// Package stage sets up what the demonstration and the crash test play on: a
// Feedback Platform and a Directum RX, both simulated in this process, and a
// hub's configuration between them.
//
// It starts the hub's program and knows nothing of what is to happen.
package stage

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
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
	Log      io.Writer // of the hub
}

// Stage is two simulators and a configuration.
type Stage struct {
	Config  string // path of hub.yaml
	POS, RX string // addresses of the simulators
	HubURL  string

	cfg   Config
	ended chan error
	stop  context.CancelFunc
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
	hub, err := address(cfg.Fixed, "127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	s.POS, s.RX, s.HubURL = "http://"+pos.Addr().String(), "http://"+rx.Addr().String(), "http://"+hub
	ctx, s.stop = context.WithCancel(ctx)
	go func() { s.ended <- possim.New(possim.Config{Seed: cfg.Seed}).Serve(ctx, pos) }()
	go func() { s.ended <- directumrxsim.New(directumrxsim.Config{Seed: cfg.Seed}).Serve(ctx, rx) }()
	return s, s.write(hub)
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

// configuration is the hub's; the passwords are the simulators' own.
const configuration = `apiVersion: appealhub/v1
organisations:
  adm: {name: Администрация города, time_zone: Europe/Moscow}
data_dir: {{.Data}}
journal: sqlite
bus: embedded
log: {level: {{.Level}}}
http: {listen: {{.Hub}}}
links:
  pos: {connector: pos, options: {url: "{{.POS}}", username: hub, password: pos-password, client_id: edms, client_secret: pos-secret, poll: {{.Poll}}}}
  rx: {connector: directumrx, options: {url: "{{.RX}}/Integration/odata", username: hub, password: rx-password, profile: ogv, poll: {{.Poll}}}}
routes:
  - {from: pos, to: rx, when: 'appeal.kind == "message" || appeal.fast_track'}
  - {from: pos, to: rx}
  - {from: api, to: rx}
`

func (s *Stage) write(hub string) error {
	dir, err := filepath.Abs(s.cfg.Dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	s.Config = filepath.Join(dir, "hub.yaml")
	f, err := os.OpenFile(s.Config, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	level := s.cfg.LogLevel
	if level == "" {
		level = "info"
	}
	return template.Must(template.New("hub.yaml").Parse(configuration)).Execute(f, map[string]string{
		"Data": filepath.Join(dir, "data"), "Hub": hub, "POS": s.POS, "RX": s.RX, "Poll": s.cfg.Poll, "Level": level,
	})
}

// Hub starts the hub; env is added to its environment.
func (s *Stage) Hub(env ...string) (*hubproc.Process, error) {
	return hubproc.Start(hubproc.Config{Program: s.cfg.Program, Args: []string{"serve", "--config", s.Config}, Env: env, URL: s.HubURL, Log: s.cfg.Log})
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
