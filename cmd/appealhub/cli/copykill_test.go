package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

// killings is how many copies of each kind are killed at least.
const killings = 4

// TestCopyKilled kills copies at any moment and gives the command again.
func TestCopyKilled(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	from, seed := "sqlite:"+manyAppeals(t), rand.Uint64()
	t.Logf("seed %d", seed)
	killing := func(n uint64) *killing { return &killing{rand.New(rand.NewPCG(seed, n)), from} }
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		killing(0).intoDatabases(t, server)
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		killing(1).intoFiles(t)
	})
}

// intoDatabases: the copy goes on where it was, and ends with the rows that one
// that nobody disturbed ends with; until then no hub works on it.
func (k *killing) intoDatabases(t *testing.T, server *pgtest.Server) {
	calm := server.URL(t)
	took := k.copies(t, calm)
	want := rowsOf(t, calm)
	killed, parts := 0, 0
	for killed < killings || parts == 0 {
		url := server.URL(t)
		for k.killed(t, took, url) {
			killed++
			if isPart(t, url) {
				parts++
				refused(t, url)
			}
		}
		if d := cmp.Diff(want, rowsOf(t, url)); d != "" {
			t.Errorf("the copy differs from one that was not disturbed: %s", d)
		}
	}
	t.Logf("a copy takes %v; %d were killed, %d of them left a part", took, killed, parts)
}

// intoFiles: a copy leaves a whole file or none.
func (k *killing) intoFiles(t *testing.T) {
	dir := t.TempDir()
	took := k.copies(t, "sqlite:"+filepath.Join(dir, "calm.db"))
	killed, files := 0, 0
	for ; killed < killings; files++ {
		file := filepath.Join(dir, fmt.Sprint(files, ".db"))
		for k.killed(t, took, "sqlite:"+file) {
			killed++
			if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) { // its verification was killed
				ran(t, "log", "verify", file)
				break
			}
		}
	}
	t.Logf("a copy takes %v; %d were killed on the way to %d", took, killed, files)
}

// killing copies a journal and kills what copies.
type killing struct {
	random *rand.Rand
	from   string
}

// copies copies undisturbed and returns how long that takes.
func (k *killing) copies(t *testing.T, to string) time.Duration {
	t.Helper()
	begun := time.Now()
	ran(t, "journal", "copy", "--from", k.from, "--to", to)
	return time.Since(begun)
}

// killed begins to copy and kills it within most. It reports whether it was still
// at it; else it has ended and found the copy to be the source's, or its
// predecessor has, whose verification was killed: that is done anew.
func (k *killing) killed(t *testing.T, most time.Duration, to string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(k.random.Int64N(int64(most))))
	defer cancel()
	out, err := exec.CommandContext(ctx, "appealhub", "journal", "copy", "--from", k.from, "--to", to).CombinedOutput() // ctx kills with SIGKILL
	if ctx.Err() != nil {
		return true
	}
	switch {
	case err != nil && strings.Contains(string(out), "holds a journal already"):
		ran(t, "journal", "copy", "--from", k.from, "--to", to, "--verify")
	case err != nil:
		t.Fatalf("the copy does not go on: %v: %s", err, out)
	}
	return false
}

// ran runs the program that is to succeed.
func ran(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "appealhub", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
}

// manyAppeals is a journal of several of the copy's batches.
func manyAppeals(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.db")
	j, err := sqlite.Open(t.Context(), path, journal.Options{Planner: journaltest.Planner{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- j.Run(ctx) }()
	var all journal.Batch
	for n := range 2100 {
		all.Entries = append(all.Entries, journal.Entry{At: time.Now(), Link: "pos", Appeal: &sdk.Appeal{
			Ref: sdk.Ref{Link: "pos", ID: fmt.Sprint(n)}, Version: "v1", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
			AnswerBy: sdk.Date{Year: 2026, Month: 12, Day: 1}, Addressee: sdk.Addressee{Code: "rx"}, Text: fmt.Sprintf("Во дворе не горит свет %d", n),
		}})
	}
	_, err = j.Append(t.Context(), all)
	stop()
	if err := errors.Join(err, <-ended, j.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// isPart reports whether a copy into the database was begun and has not ended.
func isPart(t *testing.T, url string) (part bool) {
	t.Helper()
	asked(t, url, func(c *pgx.Conn) (err error) {
		var made bool
		if err = c.QueryRow(t.Context(), "SELECT to_regclass('copying') IS NOT NULL").Scan(&made); made {
			err = c.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM copying)").Scan(&part)
		}
		return err
	})
	return part
}

// rowsOf is how many rows each table has, and the digest of all their columns.
func rowsOf(t *testing.T, url string) map[string]string {
	t.Helper()
	out := map[string]string{}
	asked(t, url, func(c *pgx.Conn) error {
		rows, _ := c.Query(t.Context(), "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'")
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, name := range tables {
			var n int
			var digest string
			row := c.QueryRow(t.Context(), "SELECT count(*), coalesce(md5(string_agg(r::text, '' ORDER BY r::text)), '') FROM "+pgx.Identifier{name}.Sanitize()+" r")
			err = errors.Join(err, row.Scan(&n, &digest))
			out[name] = fmt.Sprint(n, " ", digest)
		}
		return err
	})
	return out
}

func asked(t *testing.T, url string, ask func(c *pgx.Conn) error) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	if err := ask(c); err != nil {
		t.Fatal(err)
	}
}

// refused sees that no hub opens on a part of a journal.
func refused(t *testing.T, url string) {
	t.Helper()
	cfg := hub.Config{
		Organisations: []hub.Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: url, Bus: hub.Embedded,
		HTTP: hub.HTTP{Listen: "127.0.0.1:0"}, Drain: time.Second,
	}
	h, err := hub.Open(t.Context(), cfg, nil, slog.New(slog.DiscardHandler), "test")
	if err == nil {
		h.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "part of a journal") {
		t.Errorf("a hub opens on a part: %v", err)
	}
}
