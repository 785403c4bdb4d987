package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/services"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/testdata"
)

// The measures of the play at scale.
const (
	scaleNodes = 3
	generated  = 5000
	scaleLimit = 15 * time.Minute
)

// RunScale plays the fixtures and thousands of generated appeals through three
// nodes on the PostgreSQL and Kafka that run, in a database and topics of its own,
// and kills a node half-way.
func RunScale(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(ctx, scaleLimit)
	defer cancel()
	fixtures, err := testdata.Appeals()
	if err != nil {
		return err
	}
	journal, bus, err := places(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(cfg.Dir, "hub.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	set, err := stage.New(ctx, stage.Config{
		Dir: cfg.Dir, Program: cfg.Program, Seed: cfg.Seed, Poll: "300ms", Fixed: true, Log: log, Nodes: scaleNodes, Journal: journal, Bus: bus,
		Timeout: "5s", // what the killed node had in hand is free after twice that and half a minute
	})
	if err != nil {
		return err
	}
	d := &demo{Config: cfg, stage: set}
	return errors.Join(d.playScale(ctx, fixtures), set.Close())
}

// places are the addresses of a new database and of topics that nobody has.
func places(ctx context.Context) (journal, bus string, err error) {
	servers, err := services.Open(services.Config{Only: []string{services.Postgres, services.Kafka}})
	if err != nil {
		return "", "", err
	}
	brokers := servers.KafkaBrokers()
	if servers.PostgresURL() == "" || len(brokers) == 0 {
		return "", "", errors.New("PostgreSQL and Kafka do not run: make services-up starts them, or set POSTGRES_URL and KAFKA_BROKERS")
	}
	name := "demo_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	c, err := pgx.Connect(ctx, servers.PostgresURL())
	if err != nil {
		return "", "", fmt.Errorf("PostgreSQL does not answer: %w; make services-up starts it", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", "", fmt.Errorf("a database for the demonstration: %w", err)
	}
	u, err := url.Parse(servers.PostgresURL())
	if err != nil {
		return "", "", err
	}
	u.Path = "/" + name
	replicas := min(len(brokers), 3)
	return u.String(), fmt.Sprintf("kafka://%s?prefix=%s-&replication=%d&min_insync=%d", strings.Join(brokers, ","), name, replicas, max(1, replicas-1)), nil
}

func (d *demo) playScale(ctx context.Context, fixtures []testdata.Fixture) error {
	fmt.Fprintf(d.Out, "portal %s, Directum RX %s, %d nodes (log: %s)\n", d.stage.POS, d.stage.RX, scaleNodes, filepath.Join(d.Dir, "hub.log"))
	begun := time.Now()
	ids, err := d.seed(ctx, fixtures)
	if err != nil {
		return err
	}
	if err := stage.Call(ctx, "POST", d.stage.POS+"/_sim/seed", map[string]int{"count": generated}, nil); err != nil {
		return err
	}
	nodes := make([]*hubproc.Process, scaleNodes)
	defer func() {
		for _, p := range nodes {
			if p != nil {
				p.Kill()
			}
		}
	}()
	for n := range nodes {
		if nodes[n], err = d.stage.Node(n); err == nil {
			err = nodes[n].Ready(ctx)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(d.Out, "node %d is ready at %s\n", n+1, d.stage.Nodes[n].URL)
	}
	if err := d.flow(ctx, nodes, fixtures, begun); err != nil {
		return err
	}
	if err := d.show(ctx, ids, fixtures); err != nil {
		return err
	}
	return d.ending(ctx, nodes, begun)
}

// flow kills a node when half of the appeals are answered, and waits for all.
func (d *demo) flow(ctx context.Context, nodes []*hubproc.Process, fixtures []testdata.Fixture, begun time.Time) error {
	all := len(fixtures) + generated
	if err := d.closed(ctx, all/2); err != nil {
		return err
	}
	nodes[1].Kill()
	nodes[1] = nil
	fmt.Fprintf(d.Out, "half of %d appeals are answered after %v; node 2 is killed\n", all, time.Since(begun).Round(100*time.Millisecond))
	if err := d.closed(ctx, all); err != nil {
		return err
	}
	return d.await(ctx, fixtures)
}

// ending tells the counts of both sides, which must agree, and stops the nodes.
func (d *demo) ending(ctx context.Context, nodes []*hubproc.Process, begun time.Time) error {
	var rx struct {
		Counts     map[string]int                            `json:"counts"`
		Duplicates struct{ Documents, Correspondents []any } `json:"duplicates"`
	}
	if err := stage.Call(ctx, "GET", d.stage.RX+"/_sim/state", nil, &rx); err != nil {
		return err
	}
	portal, err := d.summary(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\n%d appeals at the portal, %d documents in Directum RX, %d answers, %d documents there twice; %v\n",
		portal.Items, rx.Counts["IRequests"], portal.Closed, len(rx.Duplicates.Documents), time.Since(begun).Round(100*time.Millisecond))
	if rx.Counts["IRequests"] != portal.Items || portal.Closed != portal.Items || len(rx.Duplicates.Documents) > 0 {
		return errors.New("the two sides do not agree")
	}
	for n, p := range nodes {
		if p == nil {
			continue
		}
		nodes[n] = nil
		if err := p.Stop(time.Minute); err != nil {
			return err
		}
	}
	return d.cli(ctx, "log", "verify", "--config", d.stage.Config)
}

type summary struct {
	Items  int `json:"items"`
	Closed int `json:"closed"`
}

func (d *demo) summary(ctx context.Context) (s summary, err error) {
	return s, stage.Call(ctx, "GET", d.stage.POS+"/_sim/summary", nil, &s)
}

// closed waits until so many appeals are answered.
func (d *demo) closed(ctx context.Context, n int) error {
	for {
		s, err := d.summary(ctx)
		if err == nil && s.Closed >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%d of %d appeals are answered", s.Closed, n), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
