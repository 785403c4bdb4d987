package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/demo"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
)

func newDemo() *cobra.Command {
	var cfg demo.Config
	var keep string
	var scale bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play 50 appeals from the portal's simulator to the answer, and four that stay in work, with the hub's own program",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Program == "" {
				if cfg.Program, err = hubproc.Beside("appealhub"); err != nil {
					return err
				}
			}
			cfg.Dir, cfg.Out = keep, c.OutOrStdout()
			if keep == "" {
				if cfg.Dir, err = os.MkdirTemp("", "appealkit-demo-"); err != nil {
					return err
				}
				defer os.RemoveAll(cfg.Dir)
			}
			if scale {
				return demo.RunScale(c.Context(), cfg)
			}
			return demo.Run(c.Context(), cfg)
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.Program, "hub", "", "the hub's program (default: the appealhub beside this one)")
	f.StringVar(&keep, "keep", "", "folder for configuration and data, kept afterwards; without an earlier demonstration in it")
	f.BoolVar(&scale, "scale", false, "three nodes on the PostgreSQL and Kafka of appealkit services, 5,000 appeals more, and a node killed half-way")
	f.Uint64Var(&cfg.Seed, "seed", 1, "of the simulators")
	return c
}
