package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/bench"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/services"
)

func newBench() *cobra.Command {
	var cfg bench.Config
	var dir string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the whole way of an appeal on this machine, beside the machine's own bound",
		Long: `Measure the whole way of an appeal on this machine, beside the machine's own bound.
With APPEALKIT_PROFILE=FILE in the environment the last process measured writes its CPU profile there.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Body, err = document(""); err != nil {
				return err
			}
			if cfg.Program, err = os.Executable(); err != nil {
				return err
			}
			if cfg.Dir, err = os.MkdirTemp(dir, "appealkit-bench-"); err != nil {
				return fmt.Errorf("dir: %w", err)
			}
			defer os.RemoveAll(cfg.Dir)
			cfg.Out = c.OutOrStdout()
			return bench.Run(c.Context(), cfg)
		},
	}
	f := c.Flags()
	f.IntVar(&cfg.Count, "count", 50_000, "appeals of each trial")
	f.IntVar(&cfg.Rounds, "rounds", 3, "pairs of bound and hub for each line of the table")
	f.IntSliceVar(&cfg.Clients, "connections", []int{32, 256}, "connections of the load")
	f.IntVar(&cfg.Stored, "stored", 1_000_000, "appeals stored for the trial on a full journal; 0: leave it out")
	f.IntVar(&cfg.Waiting, "waiting", 100_000, "appeals waiting for a system that is down; 0: leave it out")
	f.StringVar(&cfg.Slow, "slow", "", "this program built with the tag failpoints, for the trials with slower syncs")
	f.StringVar(&dir, "dir", ".", "folder on the disk to measure")
	c.AddCommand(newBenchProcess(), newBenchServices())
	return c
}

// newBenchServices measures on the servers of appealkit services.
func newBenchServices() *cobra.Command {
	var cfg bench.Servers
	var dir string
	c := &cobra.Command{
		Use:   "services",
		Short: "Measure the hub on PostgreSQL and Kafka (see appealkit services up), each figure beside its bare limit",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			servers, err := services.Open(services.Config{Only: []string{services.Postgres, services.Kafka}})
			if err != nil {
				return err
			}
			if cfg.Postgres, cfg.Kafka = servers.PostgresURL(), servers.KafkaBrokers(); cfg.Postgres == "" || len(cfg.Kafka) == 0 {
				return errors.New("PostgreSQL and Kafka do not run: make services-up starts them")
			}
			if cfg.Body, err = document(""); err != nil {
				return err
			}
			if cfg.Program, err = os.Executable(); err != nil {
				return err
			}
			if dir, err = filepath.Abs(dir); err != nil {
				return err
			}
			if cfg.Dir, err = os.MkdirTemp(dir, "appealkit-bench-"); err != nil {
				return fmt.Errorf("dir: %w", err)
			}
			defer os.RemoveAll(cfg.Dir)
			cfg.Out = c.OutOrStdout()
			return bench.RunServers(c.Context(), cfg)
		},
	}
	f := c.Flags()
	f.IntVar(&cfg.Count, "count", 20_000, "appeals of each trial")
	f.IntVar(&cfg.Rounds, "rounds", 7, "interleaved pairs for each ratio")
	f.IntVar(&cfg.Backlog, "backlog", 500_000, "appeals that wait in Kafka")
	f.StringSliceVar(&cfg.Only, "only", nil, "of whole, backlog, feed, publish, latency, stages, poison, nodes")
	f.StringVar(&dir, "dir", ".", "folder on the disk to measure")
	return c
}

// newBenchProcess is what the benchmark starts as processes of their own.
func newBenchProcess() *cobra.Command {
	var p bench.Process
	var profile string
	c := &cobra.Command{
		Use:       "process hub|bound|directum",
		Hidden:    true,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"hub", "bound", "directum"},
		RunE: func(c *cobra.Command, args []string) error {
			stop, err := profiled(profile)
			if err != nil {
				return err
			}
			defer stop()
			if args[0] == "bound" {
				return bench.RunBound(c.Context(), p)
			}
			p.Directum = args[0] == "directum"
			return bench.RunHub(c.Context(), p)
		},
	}
	c.Flags().StringVar(&profile, "profile", os.Getenv("APPEALKIT_PROFILE"), "file for a CPU profile")
	c.Flags().StringVar(&p.Dir, "dir", "", "data folder")
	c.Flags().StringVar(&p.Listen, "listen", "", "address of the API")
	c.Flags().StringVar(&p.Receiver, "receiver", "", "address of the receiving system")
	c.Flags().StringVar(&p.Second, "second", "", "address of another receiving system, for what is on the fast track")
	c.Flags().StringVar(&p.Journal, "journal", "sqlite", "address of the journal")
	c.Flags().StringVar(&p.Bus, "bus", "embedded", "address of the bus")
	return c
}

// profiled writes a CPU profile to the file named until stop is called; nothing
// where the name is empty.
func profiled(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}
