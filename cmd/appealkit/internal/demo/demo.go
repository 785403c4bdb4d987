// Package demo plays the fixtures through: two simulators, the hub's own program
// between them, fifty appeals from the portal to the answer and the applicant's
// mark of it. A few more stay in work, with terms that are overdue or near. It prints the trail of each as the operator's command shows it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/testdata"
)

// Config says where and with what.
type Config struct {
	Program string // the hub's
	Dir     string // for configuration and data
	Seed    uint64
	Out     io.Writer
}

// limit bounds the whole play.
const limit = 5 * time.Minute

// Run plays and prints; an error says which appeals did not come to their end.
func Run(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if _, err := os.Stat(filepath.Join(cfg.Dir, "data")); err == nil {
		return fmt.Errorf("%s holds an earlier demonstration, whose hub knows these appeals: remove it, or name another folder", cfg.Dir)
	}
	fixtures, err := testdata.Appeals()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(cfg.Dir, "hub.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	set, err := stage.New(ctx, stage.Config{Dir: cfg.Dir, Program: cfg.Program, Seed: cfg.Seed, Poll: "300ms", Fixed: true, Log: log})
	if err != nil {
		return err
	}
	d := &demo{Config: cfg, stage: set}
	return errors.Join(d.play(ctx, fixtures), set.Close())
}

type demo struct {
	Config
	stage *stage.Stage
}

func (d *demo) play(ctx context.Context, fixtures []testdata.Fixture) error {
	fmt.Fprintf(d.Out, "portal %s, Directum RX %s, hub %s (log: %s)\n", d.stage.POS, d.stage.RX, d.stage.HubURL, filepath.Join(d.Dir, "hub.log"))
	begun := time.Now()
	stay, err := open(begun, len(fixtures))
	if err != nil {
		return err
	}
	ids, err := d.seed(ctx, append(slices.Clone(fixtures), stay...))
	if err != nil {
		return err
	}
	hub, err := d.stage.Hub()
	if err != nil {
		return err
	}
	err = hub.Ready(ctx)
	if err == nil {
		fmt.Fprintf(d.Out, "%d appeals wait at the portal; the hub is ready\n", len(ids))
		err = d.await(ctx, fixtures)
	}
	if err == nil {
		err = d.registered(ctx, stay)
	}
	if err == nil {
		err = d.show(ctx, ids[:len(fixtures)], fixtures)
	}
	if err == nil {
		err = d.leave(ctx, ids[len(fixtures):], stay)
	}
	if err := errors.Join(err, hub.Stop(time.Minute)); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\nall %d came to their end in %v; %d more stay in work\n", len(fixtures), time.Since(begun).Round(100*time.Millisecond), len(stay))
	return d.cli(ctx, "log", "verify", "--config", d.stage.Config)
}

// seed gives the officials their scripts and puts the appeals on the portal's
// list. It returns the portal's ids.
func (d *demo) seed(ctx context.Context, fixtures []testdata.Fixture) ([]string, error) {
	items := make([]map[string]any, len(fixtures))
	for i, f := range fixtures {
		if err := stage.Call(ctx, "POST", d.stage.RX+"/_sim/scripts", f.Official, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		items[i] = map[string]any{"name": f.Name, "item": f.Item}
		if f.Files != nil {
			items[i]["files"] = f.Files
		}
		if f.Applicant != nil {
			items[i]["applicant"] = f.Applicant
		}
	}
	var added struct {
		IDs []string `json:"ids"`
	}
	err := stage.Call(ctx, "POST", d.stage.POS+"/_sim/items", items, &added)
	return added.IDs, err
}

// show prints each appeal's trail by the operator's own command.
func (d *demo) show(ctx context.Context, ids []string, fixtures []testdata.Fixture) error {
	for i, id := range ids {
		var appeal struct {
			ID string `json:"id"`
		}
		if err := stage.Call(ctx, "GET", d.stage.HubURL+"/api/v1/appeals/by-ref/pos/"+id, nil, &appeal); err != nil {
			return err
		}
		fmt.Fprintf(d.Out, "\n== %s\n", fixtures[i].Name)
		if err := d.cli(ctx, "appeal", "history", appeal.ID, "--url", d.stage.HubURL); err != nil {
			return err
		}
	}
	return nil
}

// cli runs a command of the hub's program.
func (d *demo) cli(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, d.Program, args...)
	c.Stdout, c.Stderr = d.Out, d.Out
	if err := c.Run(); err != nil {
		return fmt.Errorf("appealhub %s: %w", args[0], err)
	}
	return nil
}
