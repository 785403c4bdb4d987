// Package cli is the hub's command line: the server and the operator's commands,
// with the connectors that it is given.
//
// The main package of a hub with connectors of its own is one call of [Main];
// cmd/appealhub is one, with the connectors that come with the module.
//
// It is a thin shell: serve runs package hub; most of the other
// commands talk to the running hub's HTTP API. Only check, config, migrate,
// journal copy and log verify open the hub's files; deadline compute and calendar need no hub. Nothing is decided here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	_ "time/tzdata" // time zones of organisations, wherever the program runs

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/appealhub/appealhub/sdk"
)

// Main carries out the process's command line with the connectors that specs
// describe and returns the exit code. The version is what the program tells of
// itself; its name there is appealhub, whatever its file is called. SIGINT and
// SIGTERM end a command in order.
func Main(version string, specs []sdk.Spec) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	a := &app{in: os.Stdin, out: os.Stdout, errors: os.Stderr, env: environment(), release: version, specs: specs}
	root := a.root()
	root.SetArgs(os.Args[1:])
	return a.report(root.ExecuteContext(ctx))
}

// environment are the process's variables, by name.
func environment() map[string]string {
	out := map[string]string{}
	for _, one := range os.Environ() {
		name, value, _ := strings.Cut(one, "=")
		out[name] = value
	}
	return out
}

// app is one call of the program.
type app struct {
	in          io.Reader
	out, errors io.Writer
	env         map[string]string
	release     string // version of the program
	specs       []sdk.Spec

	// Flags.
	config string
	output string
	url    string
	token  string
	ca     string
}

// Forms of output.
const (
	table = "table"
	asMap = "json"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "appealhub",
		Short:             "Hub between portals of citizens' appeals and document systems",
		Long:              "Hub between portals of citizens' appeals and document systems.\n" + exitCodes,
		Version:           a.release,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(c *cobra.Command, args []string) error { return errors.Join(a.checkOutput(c), checkEmpty(c, args)) },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errors)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(plainly(err)) })
	root.PersistentFlags().StringVarP(&a.output, "output", "o", table, "form of output: table, json")
	root.AddCommand(
		a.serve(), a.check(), a.migrate(), a.configuration(), a.logs(), a.journals(), a.version(),
		a.appeals(), a.deliveries(), a.deadLetters(), a.links(), a.nodes(), a.spools(),
		a.deadlines(), a.calendars(), a.reports(),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	strict(root)
	completed(root)
	return root
}

// plainly says of a flag whose value is no number that it is none.
func plainly(err error) error {
	var given *pflag.InvalidValueError
	var number *strconv.NumError
	if !errors.As(err, &given) || !errors.As(err, &number) {
		return err
	}
	is := "is not a number"
	switch {
	case errors.Is(number, strconv.ErrRange):
		is = "is out of bounds"
	case given.GetFlag().Value.Type() == "bool":
		is = "is neither true nor false"
	}
	return fmt.Errorf("--%s: %q %s", given.GetFlag().Name, given.GetValue(), is)
}

// moreForms is the annotation with which a command names forms of output that it
// has beside those of all.
const moreForms = "forms"

// formsOf are the forms of output that a command has.
func formsOf(c *cobra.Command) []string {
	return append([]string{table, asMap}, strings.Fields(c.Annotations[moreForms])...)
}

func (a *app) checkOutput(c *cobra.Command) error {
	forms := formsOf(c)
	if slices.Contains(forms, a.output) {
		return nil
	}
	last := len(forms) - 1
	return usagef("--output is %s or %s, not %q", strings.Join(forms[:last], ", "), forms[last], a.output)
}

// checkEmpty refuses a flag or an argument that is given an empty value, as by a
// variable that is not set: without the flag a command would take more than was meant,
// every link's dead letters for one's.
func checkEmpty(c *cobra.Command, args []string) (err error) {
	if c.Flags().Lookup("url") == nil { // it asks no hub
		return nil
	}
	if slices.Contains(args, "") {
		err = usagef("an argument is empty; see %s --help", c.CommandPath())
	}
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" && !slices.Contains([]string{"cursor", "grace", "token"}, f.Name) {
			err = usagef("--%s is empty: give it a value or leave it out", f.Name)
		}
	})
	return err
}

// strict makes wrong arguments errors of usage, also those of a command that
// only holds others, and of help.
func strict(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error { return usage(check(c, args)) }
	}
	if c.Name() == "help" {
		c.Args = func(c *cobra.Command, args []string) error {
			on, left, err := c.Root().Find(args)
			if err == nil && len(left) == 0 {
				return nil
			}
			return noCommand(on, append(left, args...)[0])
		}
	}
	if !c.Runnable() {
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(c, args[0])
			}
			return nil
		}
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

func noCommand(in *cobra.Command, name string) error {
	return usagef("%s has no command %q; see %s --help", in.CommandPath(), name, in.CommandPath())
}

// configFlag gives a command the flag --config.
func (a *app) configFlag(c *cobra.Command) *cobra.Command {
	c.Flags().StringVarP(&a.config, "config", "c", "hub.yaml", "configuration file")
	return c
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell the program's version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.output == asMap {
				return a.json(map[string]string{"version": a.release})
			}
			return a.line("appealhub %s", a.release)
		},
	}
}
