package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	lib "modernc.org/sqlite/lib"
)

// Copy writes the journal in the file from, as it is at one moment, into the new
// file to, beside a process that writes it or without one. It is durable on
// return; fs.ErrExist says that there is a file already. A copy under way can't be
// interrupted.
func Copy(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("sqlite: copy: %w", err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sqlite: copy: %s: %w", to, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*.part") // its user's alone: it holds what the journal holds
	if err != nil {
		return fmt.Errorf("sqlite: copy: %w", err)
	}
	part := f.Name()
	defer os.Remove(part) // gone already once it was moved to its place
	defer f.Close()
	if err := vacuumInto(from, part); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), ctx.Err()); err != nil {
		return fmt.Errorf("sqlite: copy: %w", err)
	}
	if err := os.Rename(part, to); err != nil {
		return fmt.Errorf("sqlite: copy: %w", err)
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("sqlite: copy: %w", err)
	}
	defer dir.Close()
	return dir.Sync()
}

func vacuumInto(from, to string) error {
	c, err := openConn(from, lib.SQLITE_OPEN_READWRITE, "PRAGMA mmap_size = 0", "PRAGMA temp_store = MEMORY") // read-write: as readers are
	if err != nil {
		return err
	}
	defer c.close()
	return c.prepare("VACUUM INTO ?").text(to).run()
}
