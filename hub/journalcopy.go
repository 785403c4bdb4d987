package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/hub/journal/transfer"
)

// CopyJournal copies a journal from SQLite's file into a database, or goes on with
// a copy that was interrupted, and compares the two; with only verify it compares.
// No hub may work on the file's folder meanwhile.
func CopyJournal(ctx context.Context, c transfer.Copy, onlyVerify bool) (rows, events int64, err error) {
	if _, err := os.Stat(c.From); err != nil {
		return 0, 0, fmt.Errorf("--from: %w; name the journal's file: sqlite:./data/journal.db", err)
	}
	lock, err := lockDir(filepath.Dir(c.From))
	if err != nil {
		return 0, 0, err
	}
	defer lock.Close()
	if !onlyVerify {
		if rows, err = c.Run(ctx); err != nil {
			return rows, 0, copyError(err)
		}
	}
	events, err = c.Verify(ctx)
	return rows, events, copyError(err)
}

func copyError(err error) error {
	var late *sqlite.NewerError
	switch {
	case errors.Is(err, transfer.ErrOld):
		return fmt.Errorf("journal copy: %w; bring the file up first: appealhub migrate, with journal: sqlite and its data_dir in the configuration", err)
	case errors.As(err, &late):
		return fmt.Errorf("journal copy: %w; use the version of the hub that migrated it, or a newer one", err)
	case errors.Is(err, transfer.ErrInUse):
		return fmt.Errorf("journal copy: %w; name an empty database, or compare with --verify", err)
	case errors.Is(err, transfer.ErrOther):
		return fmt.Errorf("journal copy: %w; name an empty database", err)
	case errors.Is(err, transfer.ErrEmpty):
		return fmt.Errorf("journal copy: %w; a hub makes one in PostgreSQL at its start", err)
	case errors.Is(err, transfer.ErrDiffers):
		return fmt.Errorf("journal copy: %w; drop the target and copy again", err)
	case err != nil:
		return fmt.Errorf("journal copy: %w; the same command goes on where it was", err)
	}
	return nil
}
