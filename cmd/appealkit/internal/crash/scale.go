package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/island"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/services"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// Scale says what to do with several nodes on real servers.
type Scale struct {
	Hub     string // the hub's program, built with the tag failpoints
	Appeals int    // at the portal
	Kills   int    // of nodes
	Seed    uint64
	Dir     string // for configuration, data, logs and the servers
	Out     io.Writer
}

// scaleNodes is how many hubs share the journal.
const scaleNodes = 3

// shape of the topics.
const busOptions = "?replication=3&min_insync=2"

// RunScale has appeals flow both ways through three nodes on PostgreSQL and three
// Kafka brokers while nodes are killed, a broker dies and returns, PostgreSQL is
// restarted and frozen, a clock is wrong, a node is frozen past its leases, one is
// cut off from the servers, and all are drained and restarted in turn. It returns
// an error that says what was found wrong.
func RunScale(ctx context.Context, cfg Scale) (err error) {
	fmt.Fprintf(cfg.Out, "seed %d\n", cfg.Seed)
	servers, err := services.Open(services.Config{
		Dir: filepath.Join(cfg.Dir, "services"), Only: []string{services.Postgres, services.Kafka}, Brokers: 3, Out: cfg.Out,
		Getenv: func(string) string { return "" }, // the servers are killed: never somebody else's
	})
	if err != nil {
		return err
	}
	if err := servers.Up(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Down(context.WithoutCancel(ctx))) }()
	log, err := os.OpenFile(cfg.Dir+"/hub.log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	set, err := stage.New(ctx, stage.Config{
		Dir: cfg.Dir, Program: cfg.Hub, Seed: cfg.Seed, Poll: "200ms", LogLevel: "info", Log: log, Nodes: scaleNodes, Timeout: "4s",
		Journal: servers.PostgresURL(), Bus: "kafka://" + strings.Join(servers.KafkaBrokers(), ",") + busOptions,
	})
	if err != nil {
		return err
	}
	s := &scale{
		test:    test{Config: Config{Hub: cfg.Hub, Kills: cfg.Kills, Seed: cfg.Seed, Dir: cfg.Dir, Out: cfg.Out}, stage: set, random: rand.New(rand.NewPCG(cfg.Seed, 2))},
		servers: servers, appeals: cfg.Appeals,
	}
	return errors.Join(s.run(ctx), set.Close())
}

// scale is a run with several nodes.
type scale struct {
	test
	servers  *services.Services
	appeals  int
	nodes    [scaleNodes]*node
	island   *island.Island // where one of the nodes is
	database string         // host:port of PostgreSQL
}

func (s *scale) run(ctx context.Context) error {
	begun := time.Now()
	if err := s.separate(); err != nil {
		return err
	}
	defer s.island.Close()
	for n := range s.nodes {
		s.nodes[n] = &node{stage: s.stage, n: n}
		if err := s.nodes[n].start(ctx); err != nil {
			return err
		}
	}
	defer s.end()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	s.feed = &feed{stage: s.stage, pace: pace{items: 60, burst: 600, backlog: 3000, atMost: s.appeals, bare: 6}}
	gap := &gap{test: &s.test}
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go gap.watch(watching)
	feeding, stop := context.WithCancel(ctx)
	defer stop()
	fed := make(chan error, 1)
	go func() { fed <- s.feed.run(feeding) }()
	if err := s.mischief(ctx); err != nil {
		return err
	}
	if err := errors.Join(<-fed, s.calm(ctx), s.await(ctx, settleTime, s.registered), s.settle(ctx)); err != nil {
		return err
	}
	stopWatching()
	fmt.Fprintf(s.Out, "all settled %v after the beginning; the longest time without progress was %v\n", time.Since(begun).Round(time.Second), gap.longest().Round(100*time.Millisecond))
	if err := errors.Join(s.early(ctx), s.feed.resolve(ctx), s.letters(ctx, s.nodes[0].process.URL), s.stop()); err != nil {
		return err
	}
	return errors.Join(s.judge(ctx), s.verifyAll(ctx))
}

// stop ends every node as an operator does.
func (s *scale) stop() error {
	var errs []error
	for _, n := range s.nodes {
		errs = append(errs, n.stop())
	}
	return errors.Join(errs...)
}

// end kills what is left after a failure.
func (s *scale) end() {
	for _, n := range s.nodes {
		n.kill()
	}
}

func (s *scale) verifyAll(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, s.Hub, "log", "verify", "--config", s.stage.Config).CombinedOutput()
	fmt.Fprintf(s.Out, "log verify: %s", out)
	return err
}
