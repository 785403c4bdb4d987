package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// completed has a shell offer what a command takes: forms of output, and files only
// where a command reads one.
func completed(root *cobra.Command) {
	_ = root.RegisterFlagCompletionFunc("output", func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return formsOf(c), cobra.ShellCompDirectiveNoFileComp
	}) // it fails for a flag that is not there
	withoutFiles(root)
}

func withoutFiles(c *cobra.Command) {
	file := strings.Contains(c.Use, "FILE") || strings.Contains(c.Use, "JOURNAL")
	if c.ValidArgsFunction == nil && !file {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, sub := range c.Commands() {
		withoutFiles(sub)
	}
}
