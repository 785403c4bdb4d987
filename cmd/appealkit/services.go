package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/services"
)

func newServices() *cobra.Command {
	c := &cobra.Command{
		Use:   "services",
		Short: "Run PostgreSQL, Kafka and an S3 server on this machine, without containers",
		Long: `Run PostgreSQL, Kafka and an S3 server on this machine, on loopback, without containers.
A server that POSTGRES_URL, KAFKA_BROKERS or S3_URL names is used instead of one of ours.`,
	}
	var cfg services.Config
	f := c.PersistentFlags()
	f.StringVar(&cfg.Dir, "dir", "./.services", "folder of state, logs and data")
	f.StringSliceVar(&cfg.Only, "only", nil, "of postgres, kafka, s3 (default: all)")
	c.AddCommand(newServicesUp(&cfg), newServicesDown(&cfg), newServicesStatus(&cfg), newServicesEnv(&cfg))
	return c
}

func newServicesUp(cfg *services.Config) *cobra.Command {
	c := &cobra.Command{
		Use:   "up",
		Short: "Install what is missing, start what does not run, wait until all is ready",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg.Out = c.OutOrStdout()
			s, err := services.Open(*cfg)
			if err != nil {
				return err
			}
			return s.Up(c.Context())
		},
	}
	c.Flags().IntVar(&cfg.Brokers, "brokers", 0, "brokers of Kafka, 1 or 3 (default: as before, 1 at first)")
	c.Flags().BoolVar(&cfg.Secure, "secure", false, "one broker with TLS, SASL (SCRAM and PLAIN) and ACLs")
	c.Flags().DurationVar(&cfg.Within, "within", 0, "for one server to be ready (default 1m)")
	return c
}

func newServicesDown(cfg *services.Config) *cobra.Command {
	var purge bool
	c := &cobra.Command{
		Use:   "down",
		Short: "Stop the servers; their data stay",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg.Out = c.OutOrStdout()
			s, err := services.Open(*cfg)
			if err != nil {
				return err
			}
			if purge {
				return s.Purge(c.Context())
			}
			return s.Down(c.Context())
		},
	}
	c.Flags().BoolVar(&purge, "purge", false, "stop all and remove data, logs and state")
	return c
}

func newServicesStatus(cfg *services.Config) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "status",
		Short: "Show each server's state, address, process, memory and log",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := services.Open(*cfg)
			if err != nil {
				return err
			}
			switch output {
			case "table":
				return printStatus(c.OutOrStdout(), s.Status())
			case "json":
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(s.Status())
			default:
				return fmt.Errorf("--output is table or json, not %q", output)
			}
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "table", "form of output: table, json")
	return c
}

func printStatus(out io.Writer, all []services.Status) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tADDRESS\tPID\tMB\tLOG")
	for _, s := range all {
		pid, mb := "-", "-"
		if s.PID != 0 {
			pid, mb = fmt.Sprint(s.PID), fmt.Sprint(s.RSS>>20)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.State, dash(s.Address), pid, mb, dash(s.Log))
	}
	return w.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newServicesEnv(cfg *services.Config) *cobra.Command {
	return &cobra.Command{
		Use:   "env",
		Short: "Print the servers' addresses and keys, for a shell's eval",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := services.Open(*cfg)
			if err != nil {
				return err
			}
			all, err := s.Env()
			for _, v := range all {
				fmt.Fprintf(c.OutOrStdout(), "export %s='%s'\n", v.Name, strings.ReplaceAll(v.Value, "'", `'\''`))
			}
			return err
		},
	}
}
