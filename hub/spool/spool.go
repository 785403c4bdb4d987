package spool

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Object is a stored file.
type Object struct {
	SHA256 string // lower-case hex
	Size   int64  // bytes
}

// Spool is a folder of files, or a bucket of an S3 server. Its methods may be
// called from many goroutines, and several processes may share it.
type Spool struct {
	dir    string
	id     string
	bucket *bucket                            // nil: the folder itself
	create func(dir string) (*os.File, error) // makes a temporary file
}

// staleAfter is the age at which a temporary file is nobody's even where files
// can't be locked: longer than any upload may take.
const staleAfter = 24 * time.Hour

// Open opens the spool in dir, makes the folder if need be and removes what
// uploads of processes that have ended left behind.
func Open(dir string) (*Spool, error) {
	s := &Spool{dir: dir, create: createTemp}
	if err := os.MkdirAll(s.tmp(), 0o700); err != nil {
		return nil, onDisk("make folder", err)
	}
	if err := s.name(); err != nil {
		return nil, onDisk("name the spool", err)
	}
	if err := s.sweep(time.Now().Add(-staleAfter)); err != nil {
		return nil, onDisk("remove stale uploads", err)
	}
	return s, nil
}

// ID tells this spool from every other, whatever its folder is called. Processes
// that share a spool see the same.
func (s *Spool) ID() string { return s.id }

// name reads the spool's id, or gives it one. Of several that do so at once one
// is first, and the others read its.
func (s *Spool) name() error {
	path := filepath.Join(s.dir, "id")
	if id, err := os.ReadFile(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		s.id = string(id)
		return err
	}
	f, err := s.create(s.tmp())
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close() // open until it has its place: a sweep takes what nobody has open for left behind
	_, err = f.WriteString(rand.Text())
	if err = errors.Join(err, f.Sync()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	id, err := os.ReadFile(path)
	s.id = string(id)
	return err
}

// Stat returns the stored file's size; ErrNotFound where there is none. It does
// not read the bytes.
func (s *Spool) Stat(sha256 string) (Object, error) {
	if !valid(sha256) {
		return Object{}, ErrNotFound
	}
	if s.bucket != nil {
		return s.bucket.stat(context.Background(), sha256)
	}
	info, err := os.Stat(s.path(sha256))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Object{}, ErrNotFound
	case err != nil:
		return Object{}, onDisk("look up file", err)
	}
	return Object{SHA256: sha256, Size: info.Size()}, nil
}

// fresh is how old a file is at most that need not be put, or kept, again: a sweep
// spares what was put lately.
const fresh = time.Hour

// Keep is Stat for a file that is needed from now on: to a sweep it is as young as
// one that was just put.
func (s *Spool) Keep(ctx context.Context, sha256 string) (Object, error) {
	if !valid(sha256) {
		return Object{}, ErrNotFound
	}
	if s.bucket != nil {
		return s.bucket.keep(ctx, sha256)
	}
	info, err := os.Stat(s.path(sha256))
	if now := time.Now(); err == nil && now.Sub(info.ModTime()) > fresh {
		err = held(s.path(sha256), func(fs.FileInfo) error { return os.Chtimes(s.path(sha256), now, now) })
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Object{}, ErrNotFound
	case err != nil:
		return Object{}, onDisk("keep file", err)
	}
	return Object{SHA256: sha256, Size: info.Size()}, nil
}

func (s *Spool) tmp() string { return filepath.Join(s.dir, "tmp") }

// path spreads files over two levels of 256 folders each.
func (s *Spool) path(sha256 string) string {
	return filepath.Join(s.dir, sha256[:2], sha256[2:4], sha256)
}

// valid keeps everything but a digest from becoming a path.
func valid(sha256 string) bool {
	raw, err := hex.DecodeString(sha256)
	return err == nil && len(raw) == 32 && hex.EncodeToString(raw) == sha256
}
