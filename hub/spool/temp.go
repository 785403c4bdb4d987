package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// createTemp makes a temporary file and locks it until it is closed, or the
// process ends: nobody's sweep removes it meanwhile.
func createTemp(dir string) (*os.File, error) {
	for {
		f, err := os.CreateTemp(dir, "put-*")
		if err != nil {
			return nil, err
		}
		lock(f, 0) // without locks age alone protects it
		if _, err := os.Stat(f.Name()); !errors.Is(err, fs.ErrNotExist) {
			return f, nil
		}
		f.Close() // another process's sweep was faster
	}
}

// lock locks a file and reports whether it is locked.
func lock(f *os.File, how int) bool {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|how)
		if !errors.Is(err, syscall.EINTR) {
			return err == nil
		}
	}
}

// sweep removes temporary files that nobody holds, and those last written before
// the time given.
func (s *Spool) sweep(before time.Time) error {
	entries, err := os.ReadDir(s.tmp())
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := sweepFile(filepath.Join(s.tmp(), e.Name()), before)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // else finished by another process meanwhile
			return err
		}
	}
	return nil
}

func sweepFile(path string, before time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if lock(f, syscall.LOCK_NB) || info.ModTime().Before(before) {
		return os.Remove(path)
	}
	return nil
}
