// Appealkit is the kit of those who write or test connectors: working
// simulators, a demonstration, a load generator, the benchmark of the whole way
// and the crash test. It is not needed to run a hub, and the hub's program
// holds none of it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes, as appealhub's.
const (
	exitFailed = 1
	exitUsage  = 2
)

// version is set when the program is built.
var version = "dev"

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	started := false
	root := newRoot(&started)
	root.SetArgs(args)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return 0
	case !started:
		fmt.Fprintln(os.Stderr, "appealkit:", err)
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitFailed
	default:
		fmt.Fprintln(os.Stderr, "appealkit:", err)
		return exitFailed
	}
}

// newRoot makes the tree of commands; started is set once a command's own work
// begins.
func newRoot(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:               "appealkit",
		Short:             "Simulators, demonstration, load and crash tests for appealhub",
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRun:  func(*cobra.Command, []string) { *started = true },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(newSim(), newDemo(), newLoad(), newBench(), newCrash(), newChaos(), newServices())
	for _, group := range root.Commands() {
		strict(group)
	}
	return root
}

// strict makes an unknown command of one that only holds others an error of usage.
func strict(c *cobra.Command) {
	if c.Runnable() {
		return
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return fmt.Errorf("%s has no command %q; see %s --help", c.CommandPath(), args[0], c.CommandPath())
	}
}
