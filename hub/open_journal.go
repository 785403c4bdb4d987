package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/spool"
)

// OnPostgres reports whether a journal's address is a PostgreSQL database's.
func OnPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// JournalPlace is where the journal lies, for people: a file, or an address
// without its password.
func (c Config) JournalPlace() string {
	if OnPostgres(c.Journal) {
		return postgres.Address(c.Journal)
	}
	return c.JournalFile()
}

// MigrateJournal makes the journal where there is none, brings its schema to this
// program's version and returns the versions before and after.
func MigrateJournal(ctx context.Context, cfg Config) (from, to int64, err error) {
	if OnPostgres(cfg.Journal) {
		return postgres.Migrate(ctx, cfg.Journal)
	}
	return migrateFile(ctx, cfg)
}

func openJournal(ctx context.Context, cfg Config, node string, o journal.Options, log *slog.Logger) (journal.Journal, error) {
	if !OnPostgres(cfg.Journal) {
		return openFile(ctx, cfg, o)
	}
	j, err := postgres.Open(ctx, cfg.Journal, postgres.Options{Options: o, Node: node, Log: log})
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return j, nil
}

func openFile(ctx context.Context, cfg Config, o journal.Options) (journal.Journal, error) {
	if err := checkFile(cfg); err != nil {
		return nil, err
	}
	j, err := sqlite.Open(ctx, cfg.JournalFile(), o)
	if err != nil {
		return nil, journalError(cfg, err) // not j: a nil *sqlite.Journal is a journal that is not nil
	}
	return j, nil
}

// sameSpool keeps a node from working on a journal whose other nodes it does not
// share the files with: it would find none that they stored.
func sameSpool(ctx context.Context, j journal.Journal, cfg Config, files *spool.Spool) error {
	shared, ok := j.(interface {
		SameSpool(ctx context.Context, id string) error
	})
	if !ok {
		return nil
	}
	err := shared.SameSpool(ctx, files.ID())
	if errors.Is(err, postgres.ErrOtherSpool) {
		return fmt.Errorf("journal: %w than %s: mount the one folder there on every node, or give this one a database of its own", err, spoolDir(cfg))
	}
	return err
}

// checkDatabase finds out whether a hub could work on the database. Of SQLite's
// file the check of data_dir tells enough.
func checkDatabase(ctx context.Context, address string) Finding {
	f := Finding{Kind: FindingOK, Path: "journal"}
	s, err := postgres.Check(ctx, address)
	var open *postgres.OpenError
	switch {
	case errors.As(err, &open):
		f.Kind, f.What, f.Why, f.Remedy = FindingInvalid, open.What, open.Why(), open.Remedy
		if open.Unreachable {
			f.Kind = FindingUnreachable
		}
	case err != nil:
		f.Kind, f.What, f.Why = FindingInvalid, "the database can't be checked", err.Error()
	case s.Schema == 0:
		f.What = fmt.Sprintf("PostgreSQL %s answers and takes the credentials; the schema is made at the start, or by appealhub migrate", s.Server)
	case s.Schema < s.Program:
		f.What = fmt.Sprintf("PostgreSQL %s answers and takes the credentials; the schema goes from version %d to %d at the start", s.Server, s.Schema, s.Program)
	default:
		f.What = fmt.Sprintf("PostgreSQL %s answers and takes the credentials; the schema is version %d", s.Server, s.Schema)
	}
	return f
}
