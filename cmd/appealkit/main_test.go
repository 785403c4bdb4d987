package main

import (
	"bytes"
	"strings"
	"testing"
)

// printed is what a command line prints on standard output, and its error.
func printed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	started := false
	root := newRoot(&started)
	root.SetOut(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// TestUnknownCommands are errors of usage, also below a command that only holds others.
func TestUnknownCommands(t *testing.T) {
	for _, args := range [][]string{{"bogus"}, {"sim", "bogus"}, {"services", "bogus"}, {"demo", "bogus"}, {"sim", "pos", "bogus"}} {
		if code := run(args); code != exitUsage {
			t.Errorf("%v ends with %d", args, code)
		}
	}
	if out, err := printed(t, "sim"); err != nil || !strings.Contains(out, "directumrx") {
		t.Errorf("sim alone: %v: %s", err, out)
	}
}

// TestSenselessFlags are errors of usage: a simulator that listens on every interface
// is asked for by its address, not by an empty one.
func TestSenselessFlags(t *testing.T) {
	for args, says := range map[string]string{
		"sim pos --listen=": "--listen is empty", "sim directumrx --password=": "--password is empty", "sim pos --token-life=-1s": "--token-life is less",
		"load --count=-1": "--count is less", "load --rate=-1": "--rate is less", "demo --keep=": "--keep is empty",
	} {
		started := false
		root := newRoot(&started)
		root.SetArgs(strings.Fields(args))
		if err := root.ExecuteContext(t.Context()); started || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: started %v, %v", args, started, err)
		}
	}
}

// TestSimulatorsHelp: who has the program alone finds how to control a simulator.
func TestSimulatorsHelp(t *testing.T) {
	for args, want := range map[string][]string{
		"sim":            {"/_sim/faults", "/_sim/requests", "/_sim/clock", "drop_before", "delay_after", "truncate", "garbage", "redirect", "throttle", "probability"},
		"sim pos":        {"/_sim/seed", "/_sim/items/{id}/rework", "/_sim/tokens/revoke"},
		"sim directumrx": {"/_sim/scripts", "/_sim/state", "extend"},
		"sim webhook":    {"/_sim/messages", "/_sim/secrets"},
	} {
		out, err := printed(t, append(strings.Fields(args), "--help")...)
		for _, what := range want {
			if err != nil || !strings.Contains(out, what) {
				t.Errorf("%s --help does not tell of %s: %v", args, what, err)
			}
		}
	}
}

// TestHelpTellsNoToken: the help may be shown to anybody.
func TestHelpTellsNoToken(t *testing.T) {
	t.Setenv("HUB_API_TOKEN", "s3cret")
	if out, err := printed(t, "load", "--help"); err != nil || !strings.Contains(out, "HUB_API_TOKEN") || strings.Contains(out, "s3cret") {
		t.Errorf("%v: %s", err, out)
	}
}
