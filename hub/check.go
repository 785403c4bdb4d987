package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/schemas"
	"github.com/appealhub/appealhub/sdk"
)

// FindingKind says what a finding means.
type FindingKind string

// The kinds of findings.
const (
	FindingOK          FindingKind = "ok"
	FindingWarning     FindingKind = "warning"     // the hub works so, at a price
	FindingInvalid     FindingKind = "invalid"     // the hub would not start, or a link would not work as configured
	FindingUnreachable FindingKind = "unreachable" // a system does not answer, or refuses the hub; the hub starts and goes on trying
)

// Finding is what Check found out about one thing. It holds no secret.
type Finding struct {
	Kind   FindingKind `json:"kind"`
	Path   string      `json:"path"`            // setting it is about
	Link   string      `json:"link,omitzero"`   // name of the link, if it is about one
	What   string      `json:"what"`            // what is so
	Why    string      `json:"why,omitzero"`    // the cause, in the words of whoever reported it
	Remedy string      `json:"remedy,omitzero"` // what to do
}

// Check finds out whether a hub could work under a valid cfg: the embedded
// schemas compile, data_dir can be written, the journal and the bus can be worked with, and
// every link's system is there and takes the credentials; it warns of what goes to
// other machines unprotected. It changes nothing, in the hub's files or outside.
func Check(ctx context.Context, cfg Config, specs []sdk.Spec, log *slog.Logger) []Finding {
	out := append([]Finding{checkSchemas(), checkData(cfg)}, checkHTTP(cfg.HTTP, time.Now())...)
	links, can := make([]Finding, len(cfg.Links)), make([]link.Abilities, len(cfg.Links))
	var asked sync.WaitGroup
	for i, one := range cfg.Links {
		asked.Go(func() { links[i], can[i] = checkLink(ctx, one, specs, log) })
	}
	if OnPostgres(cfg.Journal) {
		out = append(out, checkDatabase(ctx, cfg.Journal)...)
	} else {
		out = append(out, checkJournalFile(cfg)...)
	}
	if OnBucket(cfg.Spool) {
		out = append(out, checkSpool(ctx, cfg.Spool))
	}
	if OnKafka(cfg.Bus) {
		out = append(out, checkBus(ctx, cfg.Bus)...)
	}
	asked.Wait()
	return slices.Concat(out, links, checkTargets(cfg, links, can), checkWires(cfg))
}

// checkTargets looks for routes to links that open and take no appeals.
func checkTargets(cfg Config, found []Finding, can []link.Abilities) (out []Finding) {
	open := map[string]link.Abilities{}
	for i, one := range cfg.Links {
		if found[i].Kind != FindingInvalid {
			open[one.Name] = can[i]
		}
	}
	var wrong *ConfigError
	if errors.As(cfg.targets(open), &wrong) {
		for _, f := range wrong.Faults {
			out = append(out, Finding{Kind: FindingInvalid, Path: f.Path, What: f.What, Remedy: f.Cure})
		}
	}
	return out
}

func checkSchemas() Finding {
	if err := compileSchemas(); err != nil {
		return Finding{Kind: FindingInvalid, Path: "schemas", What: "the embedded schemas don't compile", Why: err.Error(), Remedy: "the program is damaged: install it anew"}
	}
	return Finding{Kind: FindingOK, Path: "schemas", What: "the embedded schemas compile"}
}

// compileSchemas compiles those that are JSON Schemas; they refer to each other.
func compileSchemas() error {
	c := jsonschema.NewCompiler()
	var names []string
	for _, name := range schemas.All() {
		if !strings.HasSuffix(name, ".schema.json") {
			continue
		}
		raw, err := schemas.Read(name)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := c.AddResource(schemas.BaseID+name, doc); err != nil {
			return err
		}
		names = append(names, name)
	}
	for _, name := range names {
		if _, err := c.Compile(schemas.BaseID + name); err != nil {
			return err
		}
	}
	return nil
}

// checkData looks at the data folder and for the journal in it.
func checkData(cfg Config) Finding {
	found := checkDir(cfg.DataDir)
	if found.Kind == FindingOK && !OnPostgres(cfg.Journal) && errors.Is(checkFile(cfg), errJournalGone) {
		return Finding{
			Kind: FindingInvalid, Path: "data_dir", What: cfg.JournalFile() + " is gone",
			Why: errJournalGone.Error(), Remedy: journalRemedy(cfg, errJournalGone),
		}
	}
	return found
}

// checkDir tries to write into the folder, or into the one in which it would be
// made.
func checkDir(dir string) Finding {
	at, err := filepath.Abs(dir)
	if err == nil {
		for !exists(at) && at != filepath.Dir(at) {
			at = filepath.Dir(at)
		}
		err = tryToWrite(at)
	}
	if err != nil {
		return Finding{
			Kind: FindingInvalid, Path: "data_dir", What: dir + " can't be written", Why: err.Error(),
			Remedy: cureFolder,
		}
	}
	return Finding{Kind: FindingOK, Path: "data_dir", What: dir + " can be written"}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func tryToWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".appealhub-check-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString("check")
	if closed := f.Close(); err == nil {
		err = closed
	}
	if removed := os.Remove(f.Name()); err == nil {
		err = removed
	}
	return err
}

// checkLink opens a link, asks its system, and returns what its connector can do.
func checkLink(ctx context.Context, cfg link.Config, specs []sdk.Spec, log *slog.Logger) (Finding, link.Abilities) {
	path := "links." + cfg.Name
	spec, ok := specOf(specs, cfg.Connector)
	if !ok {
		return Finding{Kind: FindingInvalid, Path: path + ".connector", Link: cfg.Name, What: fmt.Sprintf("%q is no connector of this hub", cfg.Connector), Remedy: meant(cfg.Connector, connectorNames(specs))}, link.Abilities{}
	}
	l, err := link.Open(ctx, cfg, spec, link.Deps{Log: log})
	if err != nil {
		return Finding{Kind: FindingInvalid, Path: path, Link: cfg.Name, What: "the link does not open", Why: withoutName(cfg.Name, err), Remedy: cureOptions}, link.Abilities{}
	}
	defer l.Close()
	can := l.Can()
	if can.Checker {
		if err := l.Check(ctx); err != nil {
			return unreachable(cfg, spec, withAlert(ctx, cfg, err)), can
		}
	}
	return ending(Finding{Kind: FindingOK, Path: path, Link: cfg.Name, What: well(can)}, l, time.Now()), can
}

// well says what a check without an error shows.
func well(can link.Abilities) string {
	switch {
	case !can.Checker:
		return "the link opens; its connector can't ask the system"
	case can.ListensOnly():
		return "the system answers; whether it takes what it is told, the first news shows"
	}
	return "the system answers and takes the credentials"
}

// withoutName is an error's text without the link's name, one line.
func withoutName(name string, err error) string {
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), "link "+name+": ", ""), "\n", "; ")
}
