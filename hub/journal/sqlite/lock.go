package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/appealhub/appealhub/hub/journal"
)

// lockFile holds the journal for this process until the file is closed, or the
// process ends: its leases lie in memory, so nobody else may write.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("sqlite: %w", journal.ErrLocked)
	}
	return nil, fmt.Errorf("sqlite: lock: %w", err)
}
