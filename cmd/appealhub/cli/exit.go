package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/spool"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInvalid     = 3 // the configuration or the document
	exitNotFound    = 4
	exitUnavailable = 5 // the hub, or a link's system, does not answer
)

// exitCodes tells them to users.
const exitCodes = "Exit codes: 0 ok, 1 failed, 2 usage, 3 invalid, 4 not found, 5 unavailable."

// exit is an error with the program's exit code. A nil err has been told
// already.
type exit struct {
	code int
	err  error
}

// Error says what is wrong, in one line.
func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e *exit) Unwrap() error { return e.err }

func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exit{exitUsage, err}
}

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// report tells err and returns the exit code.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line != "" {
			fmt.Fprintln(a.errors, "appealhub: "+printable(line))
		}
	}
	return codeOf(err)
}

func codeOf(err error) int {
	var known *exit
	var config *hub.ConfigError
	var refused *problem
	var database *postgres.OpenError
	var late *sqlite.NewerError
	var brokers *bus.Fault
	var bucket *spool.BucketError
	switch {
	case errors.As(err, &known):
		return known.code
	case errors.As(err, &database) && database.Unreachable, errors.As(err, &brokers) && brokers.Unreachable, errors.As(err, &bucket) && bucket.Unreachable:
		return exitUnavailable
	case errors.As(err, &config), errors.As(err, &database), errors.As(err, &late), errors.As(err, &brokers), errors.As(err, &bucket):
		return exitInvalid
	case errors.As(err, &refused):
		return refused.exitCode()
	case errors.Is(err, context.Canceled):
		return exitFailed
	case strings.HasPrefix(err.Error(), "unknown command"): // cobra's, for the root
		return exitUsage
	}
	return exitFailed
}
