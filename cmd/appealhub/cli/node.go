package cli

import (
	"net/url"

	"github.com/spf13/cobra"
)

func (a *app) nodes() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "node", Short: "Look at the hubs that share the journal"})
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List nodes: how they are, what they poll, what they have in hand",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.list(c.Context(), "/nodes", url.Values{}, []column{
				{"ID", "id"}, {"HOST", "host"}, {"LISTEN", "listen"}, {"STATE", "state"}, {"SEEN", "seen_at"}, {"VERSION", "version"},
				{"POLLS", "polls"}, {"HAND", "in_hand"}, {"LEASES", "leases"},
			})
		},
	})
	return c
}
