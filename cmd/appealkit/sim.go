package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
)

func newSim() *cobra.Command {
	c := &cobra.Command{Use: "sim", Short: "Run a simulator of an external system", Long: simLong}
	c.AddCommand(newSimPOS(), newSimRX(), newSimWebhook())
	return c
}

func newSimPOS() *cobra.Command {
	var cfg possim.Config
	var listen string
	c := &cobra.Command{
		Use:   "pos",
		Short: "The Feedback Platform (ПОС): appeals, files, answers",
		Long:  posLong,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c.Context(), c.OutOrStdout(), "pos", listen, possim.New(cfg).Serve)
		},
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:9101", "address to listen on")
	f.Uint64Var(&cfg.Seed, "seed", 1, "of tokens, generated items and faults by chance")
	f.StringVar(&cfg.Username, "username", "hub", "user name of the client")
	f.StringVar(&cfg.Password, "password", "pos-password", "its password")
	f.StringVar(&cfg.ClientID, "client-id", "edms", "OAuth2 client id")
	f.StringVar(&cfg.ClientSecret, "client-secret", "pos-secret", "OAuth2 client secret")
	f.DurationVar(&cfg.TokenLife, "token-life", 10*time.Minute, "how long a token is good")
	return c
}

func newSimRX() *cobra.Command {
	var cfg directumrxsim.Config
	var listen string
	c := &cobra.Command{
		Use:   "directumrx",
		Short: "Directum RX: the integration service, OData v4",
		Long:  rxLong,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return serve(c.Context(), c.OutOrStdout(), "directumrx", listen, directumrxsim.New(cfg).Serve)
		},
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:9102", "address to listen on")
	f.Uint64Var(&cfg.Seed, "seed", 1, "of ids and faults by chance")
	f.StringVar(&cfg.Username, "username", "hub", "user name of the client")
	f.StringVar(&cfg.Password, "password", "rx-password", "its password")
	return c
}

func newSimWebhook() *cobra.Command {
	var cfg webhooksim.Config
	var listen string
	c := &cobra.Command{
		Use:   "webhook",
		Short: "A receiver of Standard Webhooks: verifies, records, fails on demand",
		Long:  webhookLong,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			sim, err := webhooksim.New(cfg)
			if err != nil {
				return err
			}
			return serve(c.Context(), c.OutOrStdout(), "webhook", listen, sim.Serve)
		},
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:9103", "address to listen on")
	f.Uint64Var(&cfg.Seed, "seed", 1, "of faults by chance")
	f.StringSliceVar(&cfg.Secrets, "secret", []string{webhooksim.DefaultSecret}, "keys of which one must have signed a message")
	return c
}

// serve runs a simulator until ctx ends.
func serve(ctx context.Context, out io.Writer, name, listen string, run func(context.Context, net.Listener) error) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s listens on http://%s; its control endpoints lie under http://%s/_sim/\n", name, ln.Addr(), ln.Addr())
	return run(ctx, ln)
}
