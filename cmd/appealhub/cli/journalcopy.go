package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/journal/transfer"
)

func (a *app) journals() *cobra.Command {
	c := &cobra.Command{Use: "journal", Short: "Move the journal"}
	c.AddCommand(a.journalCopy())
	return c
}

func (a *app) journalCopy() *cobra.Command {
	var from, to string
	var verify bool
	c := &cobra.Command{
		Use:   "copy --from sqlite:FILE --to postgres://… | sqlite:FILE",
		Short: "Copy the journal from SQLite's file into PostgreSQL, or into a new file, and verify it",
		Long: `Copy the journal from SQLite's file into an empty PostgreSQL database, and compare the two: the rows of every
table, and every record of every chain with its hash. Stop the hub first. A copy that is interrupted goes on where
it was when the same command is given again; until it is whole no hub works on the target. The file stays as it is.

With --to sqlite:FILE the journal is copied as it is at one moment into a new file, beside a running hub or without
one, and every chain of the copy is verified: a backup.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			path, ok := strings.CutPrefix(from, "sqlite:")
			if !ok || path == "" {
				return usagef("--from is sqlite:FILE, such as sqlite:./data/journal.db; the way is from SQLite to PostgreSQL, or to another file")
			}
			if file, ok := strings.CutPrefix(to, "sqlite:"); ok && file != "" && !verify {
				return a.backup(c.Context(), path, file)
			}
			if !hub.OnPostgres(to) {
				return usagef("--to is postgres://user:password@host:5432/database, or sqlite:FILE for a backup")
			}
			bar := newBar(a.errors)
			rows, events, err := hub.CopyJournal(c.Context(), transfer.Copy{From: path, To: to, Tell: bar.tell}, verify)
			bar.end()
			if err != nil {
				return err
			}
			return a.tellCopy(rows, events, verify)
		},
	}
	c.Flags().StringVar(&from, "from", "", "the source: sqlite:FILE")
	c.Flags().StringVar(&to, "to", "", "the target: postgres://…, or sqlite:FILE")
	c.Flags().BoolVar(&verify, "verify", false, "copy nothing: only compare")
	return c
}

// backup copies the journal into a new file and verifies the copy.
func (a *app) backup(ctx context.Context, from, to string) error {
	err := sqlite.Copy(ctx, from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("journal copy: %s is there already: name a new file", to)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("journal copy: %w; name the journal's file, such as sqlite:./data/journal.db, and a folder that is there", err)
	case err != nil:
		return fmt.Errorf("journal copy: %w", err)
	}
	v, err := verify(ctx, store{place: to, address: to})
	if err != nil {
		return err
	}
	return a.tellVerification(to, v)
}

func (a *app) tellCopy(rows, events int64, verified bool) error {
	if a.output == asMap {
		return a.json(map[string]any{"rows": rows, "events": events, "same": true})
	}
	if verified {
		return a.line("the two journals are the same: %d records", events)
	}
	return a.line("%d rows copied; the two journals are the same: %d records\nNow write journal: postgres://… in the configuration; the files in data_dir/spool stay as they are.", rows, events)
}

// bar shows how far something is: in one line that is written over on a terminal,
// else a line now and then.
type bar struct {
	out      io.Writer
	terminal bool
	begun    time.Time
	last     time.Time
	first    int64 // what was done before
	wrote    bool
}

func newBar(out io.Writer) *bar {
	b := &bar{out: out, begun: time.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		b.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return b
}

func (b *bar) tell(p transfer.Progress) {
	now := time.Now()
	if b.last.IsZero() {
		b.last, b.first = now, p.Done
	}
	if !b.due(now) && p.Done < p.All {
		return
	}
	rate := float64(p.Done-b.first) / max(0.001, now.Sub(b.begun).Seconds())
	left := ""
	if rate > 0 {
		left = ", " + time.Duration(float64(p.All-p.Done)/rate*float64(time.Second)).Round(time.Second).String() + " left"
	}
	line := fmt.Sprintf("%s %d of %d rows, %s, %.0f/s%s", gauge(p.Done, p.All), p.Done, p.All, p.Table, rate, left)
	b.write(now, line)
}

// gauge draws how much of all is done.
func gauge(done, all int64) string {
	const width = 30
	done = min(done, all)
	full := int(width * done / max(1, all))
	return fmt.Sprintf("[%s%s] %3d %%", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*done/max(1, all))
}

// due reports whether it is time for another line.
func (b *bar) due(now time.Time) bool {
	gap := 10 * time.Second
	if b.terminal {
		gap = 200 * time.Millisecond
	}
	return now.Sub(b.last) >= gap
}

func (b *bar) write(now time.Time, line string) {
	b.last, b.wrote = now, true
	if b.terminal {
		fmt.Fprintf(b.out, "\r%-100s", line)
		return
	}
	fmt.Fprintln(b.out, line)
}

func (b *bar) end() {
	if b.terminal && b.wrote {
		fmt.Fprintln(b.out)
	}
}
