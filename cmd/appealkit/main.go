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
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
		Use:           "appealkit",
		Short:         "Simulators, demonstration, load and crash tests for appealhub",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			err := checkFlags(c)
			*started = err == nil
			return err
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(newSim(), newDemo(), newLoad(), newBench(), newCrash(), newChaos(), newServices())
	for _, group := range root.Commands() {
		strict(group)
	}
	return root
}

// checkFlags refuses a flag that is given an empty value, as by a variable that is not
// set (an empty --listen is every interface), and one that is less than nothing.
func checkFlags(c *cobra.Command) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		switch v := f.Value.String(); {
		case f.Value.Type() == "string" && v == "" && f.Name != "token":
			err = fmt.Errorf("--%s is empty: give it a value or leave it out", f.Name)
		case (f.Value.Type() == "int" || f.Value.Type() == "duration") && strings.HasPrefix(v, "-"):
			err = fmt.Errorf("--%s is less than nothing", f.Name)
		}
	})
	return err
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
