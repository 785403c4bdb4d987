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
	switch {
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
