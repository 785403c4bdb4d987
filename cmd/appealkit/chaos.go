package main

import (
	"math/rand/v2"
	"os"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/crash"
)

func newChaos() *cobra.Command {
	var cfg crash.Scale
	c := &cobra.Command{
		Use:   "chaos",
		Short: "Kill, freeze, cut off and restart three nodes, brokers and PostgreSQL under appeals, and compare both sides in the end",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Seed == 0 {
				cfg.Seed = rand.Uint64()>>1 | 1
			}
			kept := cfg.Dir != ""
			if !kept {
				if cfg.Dir, err = os.MkdirTemp("/var/tmp", "appealkit-chaos-"); err != nil {
					return err
				}
			}
			cfg.Out = c.OutOrStdout()
			err = crash.RunScale(c.Context(), cfg)
			if err == nil && !kept {
				err = os.RemoveAll(cfg.Dir)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Hub, "hub", "bin/appealhub-crash", "the hub's program, built with the tag failpoints")
	f.StringVar(&cfg.Dir, "dir", "", "folder for configuration, data, logs and servers, kept afterwards (default: a temporary one, kept on failure)")
	f.IntVar(&cfg.Appeals, "appeals", 20_000, "appeals at the portal")
	f.IntVar(&cfg.Kills, "kills", 30, "kills of nodes")
	f.Uint64Var(&cfg.Seed, "seed", 0, "repeats a run's choices; 0: a new one")
	return c
}
