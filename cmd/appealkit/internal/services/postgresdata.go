package services

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// postgresAccount is who runs PostgreSQL: the account postgres where this is
// root, else this user (nil).
func postgresAccount() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil // PostgreSQL's own words are in its log then
	}
	uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// postgresData is the data folder to be: within the folder of the services, or
// in one of the system's temporary folders where the account could not enter
// that.
func (s *Services) postgresData() (string, error) {
	if postgresAccount() == nil || enterable(s.path(Postgres)) {
		return s.path(Postgres, "data"), nil
	}
	dir, err := os.MkdirTemp("/var/tmp", "appealhub-postgres-")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "data"), os.Chmod(dir, 0o711)
}

// enterable reports whether every account may go through the folder and those
// above it.
func enterable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// freshData makes the empty data folder, removing one that was not finished.
func (s *Services) freshData(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return give(dir)
}

// writeFor writes a file that only the account may read.
func writeFor(path, content string) error {
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return err
	}
	return give(path)
}

func give(path string) error {
	if account := postgresAccount(); account != nil {
		return os.Chown(path, int(account.Uid), int(account.Gid))
	}
	return nil
}
