package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) spools() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "spool", Short: "Look after the files of appeals"})
	c.AddCommand(a.spoolGC())
	return c
}

func (a *app) spoolGC() *cobra.Command {
	var asked struct {
		Grace  string `json:"grace,omitempty"`
		DryRun bool   `json:"dry_run"`
	}
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove files that no appeal needs",
		Long: `Remove files that no appeal needs and that nobody has put for the time of grace: uploads whose appeal never came.
The grace is a day at the least, and behind Kafka no shorter than the inbound topic keeps messages.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var out document
			if err := a.post(c.Context(), "/spool/gc", asked, &out); err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(out)
			}
			done := "removed"
			if asked.DryRun {
				done = "would be removed"
			}
			return a.line("%s of %s files %s, %s of %s bytes", out.text("removed"), out.text("seen"), done, out.text("removed_bytes"), out.text("seen_bytes"))
		},
	}
	c.Flags().StringVar(&asked.Grace, "grace", "", "only files put longer ago, such as 168h; empty: 7 days, or the inbound topic's retention")
	c.Flags().BoolVar(&asked.DryRun, "dry-run", false, "only tell how many")
	return c
}
