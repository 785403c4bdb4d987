package main

import (
	"math/rand/v2"
	"os"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/crash"
)

func newCrash() *cobra.Command {
	var cfg crash.Config
	c := &cobra.Command{
		Use:   "crash",
		Short: "Kill the hub at random moments and at every failpoint, and compare both sides in the end",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Seed == 0 {
				cfg.Seed = rand.Uint64()>>1 | 1
			}
			kept := cfg.Dir != ""
			if !kept {
				if cfg.Dir, err = os.MkdirTemp("", "appealkit-crash-"); err != nil {
					return err
				}
			}
			cfg.Out = c.OutOrStdout()
			err = crash.Run(c.Context(), cfg)
			if err == nil && !kept {
				err = os.RemoveAll(cfg.Dir)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Hub, "hub", "bin/appealhub-crash", "the hub's program, built with the tag failpoints")
	f.StringVar(&cfg.Source, "source", "hub", "folder of the hub's sources, for the names of the points")
	f.StringVar(&cfg.Dir, "dir", "", "folder for configuration, data and log, kept afterwards (default: a temporary one, kept on failure)")
	f.IntVar(&cfg.Kills, "kills", 50, "kills at random moments")
	f.Uint64Var(&cfg.Seed, "seed", 0, "repeats a run's choices; 0: a new one")
	return c
}
