package hub

import (
	"context"
	"errors"
	"fmt"
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

// openStores opens the journal and the spool. A file under data_dir comes before
// the spool: see checkFile.
func (h *Hub) openStores(ctx context.Context, cfg Config, node string, o journal.Options) (files *spool.Spool, err error) {
	if !OnPostgres(cfg.Journal) {
		if h.journal, err = openFile(ctx, cfg, o); err != nil {
			return nil, err
		}
		return openSpool(ctx, cfg)
	}
	if files, err = openSpool(ctx, cfg); err != nil {
		return nil, err
	}
	p := postgres.Options{Options: o, Node: node, Log: h.log, Spool: files.ID()}
	if OnKafka(cfg.Bus) {
		p.Late, p.Outbox = true, h.recorded
	}
	j, err := postgres.Open(ctx, cfg.Journal, p)
	if err != nil {
		return nil, databaseError(err)
	}
	h.journal = j // not before: a nil *postgres.Journal is a journal that is not nil
	return files, nil
}

func databaseError(err error) error {
	if errors.Is(err, postgres.ErrOtherSpool) {
		return fmt.Errorf("journal: %w than this one: give all nodes the same spool, or this one a database of its own", err)
	}
	return fmt.Errorf("journal: %w", err)
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

// checkDatabase finds out whether a hub could work on the database, and is safe there.
func checkDatabase(ctx context.Context, address string) []Finding {
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
	if len(s.Unsafe) == 0 {
		return []Finding{f}
	}
	return []Finding{f, {
		Kind: FindingWarning, Path: "journal", What: "a crash of the server's machine may lose appeals that were acknowledged",
		Why: strings.Join(s.Unsafe, ", "), Remedy: "set it on, for the server, the database and the role",
	}}
}

// handsOf are the dispatcher's, which is made after the journal.
type handsOf struct{ hub *Hub }

func (h handsOf) Hold(link string) (journal.Claim, bool) { return h.hub.dispatch.Hold(link) }

func (h handsOf) Take(link string, held int, claimed []journal.Claimed) {
	h.hub.dispatch.Take(link, held, claimed)
}
