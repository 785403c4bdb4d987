package cli

import (
	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub"
)

func (a *app) migrate() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "migrate",
		Short: "Bring the journal's schema up to date; serve does so too",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := hub.LoadValid(a.config, a.env, a.specs)
			if err != nil {
				return err
			}
			path := cfg.JournalPlace()
			from, to, err := hub.MigrateJournal(c.Context(), cfg)
			if err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(map[string]any{"journal": path, "from": from, "to": to})
			}
			if from == to {
				return a.line("%s is up to date at version %d", path, to)
			}
			return a.line("%s was brought from version %d to %d", path, from, to)
		},
	})
}
