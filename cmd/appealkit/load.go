package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

func newLoad() *cobra.Command {
	var cfg load.Config
	var file string
	c := &cobra.Command{
		Use:   "load",
		Short: "Submit appeals to a running hub's API and print rate and latencies",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if cfg.Body, err = document(file); err != nil {
				return err
			}
			if cfg.Token == "" {
				cfg.Token = os.Getenv("HUB_API_TOKEN")
			}
			r, err := load.Run(c.Context(), cfg)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%d accepted in %v: %.0f/s, p50 %v, p99 %v, slowest %v\n",
				r.Accepted, r.Elapsed.Round(time.Millisecond), r.Rate(), r.Quantile(0.5), r.Quantile(0.99), r.Quantile(1))
			if r.Accepted < cfg.Count {
				return fmt.Errorf("%d were not accepted: by status %v; %d connections broke; %s", cfg.Count-r.Accepted, r.Refused, r.Broken, r.LastFail)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&cfg.URL, "url", "http://127.0.0.1:8080", "address of the hub, over plain HTTP")
	f.StringVar(&cfg.Token, "token", "", "token of its API; HUB_API_TOKEN unless given")
	f.IntVar(&cfg.Connections, "connections", 32, "connections at once")
	f.IntVar(&cfg.Count, "count", 10_000, "appeals in all")
	f.IntVar(&cfg.Rate, "rate", 0, "appeals a second in all; 0: as fast as it goes")
	f.StringVar(&file, "file", "", "an appeal.v1 document to submit (default: one of 3 KB)")
	return c
}

// document reads the appeal to submit.
func document(file string) ([]byte, error) {
	if file != "" {
		return os.ReadFile(file)
	}
	return load.Document()
}
