package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/appealhub/appealhub/hub/api"
	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// Open opens a hub under cfg with the connectors that specs describe: it takes
// the lock of data_dir, opens the links without calling them, looks at the topics, then
// brings the journal's schema up to date, and listens. Nothing works before Run. The
// version is what the API tells of itself.
func Open(ctx context.Context, cfg Config, specs []sdk.Spec, log *slog.Logger, version string) (*Hub, error) {
	if err := Validate(cfg, specs); err != nil {
		return nil, err
	}
	h := &Hub{log: log, drain: cfg.Drain, grace: endGrace, events: make(chan struct{}, 1)}
	if err := h.open(ctx, cfg, specs, version); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Hub) open(ctx context.Context, cfg Config, specs []sdk.Spec, version string) (err error) {
	if h.lock, err = lockDir(cfg.DataDir); err != nil {
		return err
	}
	node, err := nodeID(cfg.DataDir)
	if err != nil {
		return err
	}
	orgs, err := cfg.organisations()
	if err != nil {
		return err
	}
	if h.links, err = openLinks(ctx, cfg, specs, orgs, h.log); err != nil {
		return err
	}
	planner, err := cfg.planner(h.links, orgs, h.log)
	if err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	if err := h.openBus(ctx, cfg, metrics); err != nil {
		return err
	}
	files, err := h.openStores(ctx, cfg, node, journal.Options{Planner: planner, Ready: func(link string) { h.dispatch.Ready(link) }, Hands: handsOf{h}, Told: func(news []sdk.DeadlineNews) { h.intake.Told(news) }})
	if err != nil {
		return err
	}
	if err := h.openFeed(node); err != nil {
		return err
	}
	return h.compose(ctx, cfg, files, orgs, metrics, version, node)
}

// compose ties the rooms together and listens.
func (h *Hub) compose(ctx context.Context, cfg Config, files *spool.Spool, orgs *organisations, metrics *prometheus.Registry, version, node string) error {
	names := make([]string, len(h.links))
	for i, l := range h.links {
		names[i] = l.Name()
	}
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), api.NewStats(h.journal, failpoint.Now, names...), newCertificates(h.links, failpoint.Now))
	h.tellCalendars(orgs, metrics)
	h.archive = newArchiving(h.journal, cfg.ArchiveAfter, metrics, h.log)
	h.intake = intake.New(intake.Config{
		Journal: h.journal, Bus: h.bus, Spool: files, Links: h.links, Metrics: metrics, Log: h.log, Now: failpoint.Now, MaxFile: cfg.HTTP.MaxFile,
		Digests: cfg.digests(orgs), Zone: orgs.zoneOf,
	})
	h.dispatch = dispatch.New(dispatch.Config{Journal: h.journal, Spool: files, Links: h.links, Metrics: metrics, Log: h.log, Now: failpoint.Now, MaxFile: cfg.HTTP.MaxFile, Drain: cfg.Drain, Rounds: rounds})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("http.listen: %w; stop the program that listens there, or set another address", err)
	}
	h.listener = listener
	h.self = journal.Node{ID: node, Host: hostName(), Listen: h.Addr(), Version: version, Started: failpoint.Now()}
	handler, err := api.New(api.Config{
		Journal: h.journal, Bus: h.bus, Node: h.node, Intake: h.intake, Dispatch: h.dispatch, Spool: files, Links: h.links, Practice: orgs.practice, Bodies: orgs.keys(), Tokens: cfg.HTTP.Tokens, Rights: cfg.HTTP.Rights,
		Open: cfg.HTTP.Local != localToken && loopback(listener.Addr()), Gather: metrics, Version: version, MaxBody: cfg.HTTP.MaxBody, MaxFile: cfg.HTTP.MaxFile, Log: h.log, Now: failpoint.Now,
	})
	if err != nil {
		return err
	}
	if h.server, err = newServer(cfg.HTTP, handler, h.log); err != nil {
		return err
	}
	h.log.Info("the hub is open", "node", node, "listen", h.Addr(), "links", len(h.links), "version", version)
	return nil
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// What to do about a link that does not open.
const (
	cureOptions = "correct the options it names; see appealhub config schema"
	cureOption  = "correct it; see appealhub config schema"
)

// openLinks opens every link and tells every fault.
func openLinks(ctx context.Context, cfg Config, specs []sdk.Spec, orgs *organisations, log *slog.Logger) ([]*link.Link, error) {
	var links []*link.Link
	var faults []Fault
	for _, one := range cfg.Links {
		spec, _ := specOf(specs, one.Connector) // one of this hub's: Validate has seen to it
		l, err := link.Open(ctx, one, spec, link.Deps{Log: log, Now: failpoint.Now, Dir: filepath.Join(cfg.DataDir, "links", one.Name), Zone: orgs.zoneOf(one.Name)})
		if file := (*fs.PathError)(nil); errors.As(err, &file) && strings.HasPrefix(file.Path, cfg.DataDir) {
			return links, fmt.Errorf("data_dir: %w; %s", err, cureFolder)
		}
		if err != nil {
			faults = append(faults, cfg.unopened(one.Name, err)...)
			continue
		}
		links = append(links, l)
	}
	return links, configError(faults)
}

// ofOption is a line of a connector's error about one of its options.
var ofOption = regexp.MustCompile(`^option ([a-z0-9_]+) (.+)$`)

// unopened are the faults for which a link does not open, each at the option that
// it names.
func (c Config) unopened(name string, err error) (out []Fault) {
	link := "links." + name
	for line := range strings.SplitSeq(strings.ReplaceAll(err.Error(), "link "+name+": ", ""), "\n") {
		f := Fault{Path: link, What: line, Cure: cureOptions}
		if m := ofOption.FindStringSubmatch(line); m != nil {
			f.Path, f.What, f.Cure = link+".options."+m[1], m[2], cureOption
		}
		f.Place = c.origin.place(f.Path)
		out = append(out, f)
	}
	return out
}

func specOf(specs []sdk.Spec, name string) (sdk.Spec, bool) {
	for _, s := range specs {
		if s.Name == name {
			return s, true
		}
	}
	return sdk.Spec{}, false
}

// planner makes the journal's planner.
func (c Config) planner(links []*link.Link, orgs *organisations, log *slog.Logger) (*planner, error) {
	abilities := map[string]link.Abilities{}
	for _, l := range links {
		abilities[l.Name()] = l.Can()
	}
	table, err := route.Compile(c.Routes)
	if err != nil {
		return nil, err
	}
	if err := c.targets(abilities); err != nil {
		return nil, err
	}
	p := newPlanner(table, orgs, abilities)
	p.report = func(err error) { log.Warn("a route's condition failed", "error", err) }
	return p, nil
}
