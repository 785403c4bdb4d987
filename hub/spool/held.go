package spool

import (
	"errors"
	"io/fs"
	"os"
)

// held calls f while nobody else removes the file at path, keeps it or puts it anew, be
// it in another process; fs.ErrNotExist where there is none. Without locks it is called
// all the same.
func held(path string, f func(is fs.FileInfo) error) error {
	for {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		lock(file, 0)
		done, err := unlessMoved(file, path, f)
		file.Close()
		if done || err != nil {
			return err
		}
	}
}

// unlessMoved calls f if path leads to the file still.
func unlessMoved(file *os.File, path string, f func(is fs.FileInfo) error) (done bool, err error) {
	was, err := file.Stat()
	if err != nil {
		return false, err
	}
	is, err := os.Stat(path)
	if err != nil || !os.SameFile(was, is) {
		return false, err // removed, or put anew
	}
	return true, f(is)
}

// rename moves a finished file to its path.
func rename(tmp, path string) error {
	err := held(path, func(fs.FileInfo) error { return os.Rename(tmp, path) })
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(tmp, path)
	}
	return err
}
