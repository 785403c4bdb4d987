package hub

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// ErrLocked says that another hub works on the folder.
var ErrLocked = errors.New("another hub works on this data_dir: stop it, or give this one a folder of its own")

// cureFolder is what to do about a data folder that can't be written.
const cureFolder = "give the hub's user the right to write there, free space on the disk, or name another folder"

// lockDir makes the data folder and takes its lock, which ends with the process
// or the file returned.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data_dir: %w; %s", err, cureFolder)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data_dir: %w; %s", err, cureFolder)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("data_dir %s: %w", dir, ErrLocked)
		}
		return nil, fmt.Errorf("data_dir %s: lock: %w", dir, err)
	}
	return f, nil
}

// nodeID returns the id of the node that works on the folder, made on the first
// start.
func nodeID(dir string) (string, error) {
	path := filepath.Join(dir, "node-id")
	raw, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(raw)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("data_dir: node id: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("node id: %w", err)
	}
	if err := os.WriteFile(path, []byte(id.String()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("data_dir: node id: %w; %s", err, cureFolder)
	}
	return id.String(), nil
}
