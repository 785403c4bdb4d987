package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// errJournalGone says that a folder in which a hub has worked lacks its journal.
// A new one would forget what was delivered, and register it a second time.
var errJournalGone = errors.New("it is missing or empty, though a hub has worked in this data_dir")

// JournalFile is the path of the journal's file.
func (c Config) JournalFile() string { return filepath.Join(c.DataDir, "journal.db") }

// spoolDir is where the files of appeals lie. It is made after the journal.
func spoolDir(cfg Config) string { return filepath.Join(cfg.DataDir, "spool") }

// checkFile tells a first start from a journal that was lost.
func checkFile(cfg Config) error {
	if _, err := os.Stat(spoolDir(cfg)); err != nil {
		return nil
	}
	info, err := os.Stat(cfg.JournalFile())
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return journalError(cfg, errJournalGone)
	}
	return nil
}

// checkJournalFile finds out whether a hub could work on the journal's file, where
// there is one that checkData does not miss.
func checkJournalFile(cfg Config) []Finding {
	if !exists(cfg.JournalFile()) || checkFile(cfg) != nil {
		return nil
	}
	f := Finding{Kind: FindingOK, Path: "journal"}
	s, err := sqlite.Check(cfg.JournalFile())
	var late *sqlite.NewerError
	switch {
	case errors.Is(err, journal.ErrLocked):
		f.Kind, f.What, f.Why, f.Remedy = FindingWarning, cfg.JournalFile()+" is in another program's hands", err.Error(), "check again when that one is done"
	case errors.As(err, &late):
		f.Kind, f.What, f.Why, f.Remedy = FindingInvalid, fmt.Sprintf("the journal's schema %d is newer than this program", s.Schema), err.Error(), journalRemedy(cfg, err)
	case err != nil:
		f.Kind, f.What, f.Why, f.Remedy = FindingInvalid, cfg.JournalFile()+" can't be worked with", err.Error(), journalRemedy(cfg, err)
	case s.Schema < s.Program:
		f.What = fmt.Sprintf("%s can be read; the schema goes from version %d to %d at the start", cfg.JournalFile(), s.Schema, s.Program)
	default:
		f.What = fmt.Sprintf("%s can be read; the schema is version %d", cfg.JournalFile(), s.Schema)
	}
	return []Finding{f}
}

// migrateFile is MigrateJournal for SQLite; no hub may work on the file meanwhile.
func migrateFile(ctx context.Context, cfg Config) (from, to int64, err error) {
	lock, err := lockDir(cfg.DataDir)
	if err != nil {
		return 0, 0, err
	}
	defer lock.Close()
	if err := checkFile(cfg); err != nil {
		return 0, 0, err
	}
	from, to, err = sqlite.Migrate(ctx, cfg.JournalFile())
	if err != nil {
		return from, to, journalError(cfg, err)
	}
	return from, to, nil
}

// journalError names the journal's file and what to do.
func journalError(cfg Config, err error) error {
	return fmt.Errorf("journal %s: %w; %s", cfg.JournalFile(), err, journalRemedy(cfg, err))
}

func journalRemedy(cfg Config, err error) string {
	var late *sqlite.NewerError
	switch {
	case errors.As(err, &late):
		return "install the version of the hub that migrated it, or a newer one: nothing is wrong with the file"
	case errors.Is(err, errJournalGone):
		return "restore it from a backup, or move " + spoolDir(cfg) + " away to begin anew: what the systems hold already would be registered a second time"
	case errors.Is(err, journal.ErrLocked):
		return "stop the program that works on it"
	case errors.Is(err, journal.ErrFull):
		return "free space on its disk"
	case errors.Is(err, os.ErrPermission):
		return "give the hub's user the right to write it"
	}
	return "see that the disk is well and has room; a damaged journal is restored from a backup"
}
