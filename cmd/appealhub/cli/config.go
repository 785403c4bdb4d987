package cli

import (
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/hub"
)

func (a *app) configuration() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Look at the configuration"}
	c.AddCommand(a.configEcho(), a.configSchema())
	return c
}

func (a *app) configEcho() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "echo",
		Short: "Print the configuration as the hub sees it, secrets hidden",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := hub.LoadValid(a.config, a.env, a.specs)
			if err != nil {
				return err
			}
			text, err := cfg.Echo(a.specs)
			if err != nil {
				return err
			}
			if a.output != asMap {
				_, err := a.out.Write(text)
				return err
			}
			var doc map[string]any
			if err := yaml.Unmarshal(text, &doc); err != nil {
				return err
			}
			return a.json(doc)
		},
	})
}

func (a *app) configSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration file",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.json(hub.Schema(a.specs)) },
	}
}
