package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/appealhub/appealhub/hub/journal"
)

// ownFile makes the journal's file for the hub's user alone where there is none:
// SQLite gives those beside it the same rights. A file that can't be written is
// an error here, for SQLite would open it to read and fail later.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		return fmt.Errorf("sqlite: %w", err)
	}
	return mayWrite(path)
}

// mayWrite reports a file that this process may not read and write.
func mayWrite(path string) error {
	const readWrite = 6 // R_OK | W_OK
	if err := syscall.Access(path, readWrite); err != nil {
		return fmt.Errorf("sqlite: %w", &fs.PathError{Op: "write", Path: path, Err: err})
	}
	return nil
}

// place is a file under its name as it was when the journal was opened.
type place struct {
	path string
	file os.FileInfo
}

// places are those of the journal's file and its log.
func places(path string) ([]place, error) {
	var out []place
	for _, one := range []string{path, path + "-wal"} {
		file, err := os.Stat(one)
		if err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		out = append(out, place{one, file})
	}
	return out, nil
}

// present reports that a file was removed or replaced: what is committed to it
// would be gone once the process ends. It goes on when the file is put back.
func (j *Journal) present() error {
	for _, one := range j.places {
		now, err := os.Stat(one.path)
		if err != nil || !os.SameFile(now, one.file) {
			return fmt.Errorf("%w: %s was removed or replaced while it is in use; move the same file back, or stop the hub and restore a backup", journal.ErrUnavailable, one.path)
		}
	}
	return nil
}
