package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// Put stores what r yields and returns it once it is durable. A limit above
// zero is the most bytes allowed: ErrTooLarge beyond. ErrFull says that the
// disk is full; an error of r comes back as it is. After an error nothing is
// stored. Putting the same bytes again is harmless, and heals a file that went
// bad on disk.
func (s *Spool) Put(ctx context.Context, r io.Reader, limit int64) (Object, error) {
	f, err := s.create(s.tmp())
	if err != nil {
		return Object{}, onDisk("make file", err)
	}
	defer os.Remove(f.Name()) // gone already once it was moved to its place
	defer f.Close()           // not before it has its name: till then its lock guards it
	sum := sha256.New()
	size, err := copyTo(ctx, f, sum, r, limit)
	if err != nil {
		return Object{}, err
	}
	if err := f.Sync(); err != nil {
		return Object{}, onDisk("sync file", err)
	}
	o := Object{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}
	if s.bucket != nil {
		return o, s.bucket.put(ctx, f.Name(), o)
	}
	return o, s.place(f.Name(), o.SHA256)
}

// blockSize is what one step of a copy moves, in bytes.
const blockSize = 128 << 10

// copyTo tells failures of the source from those of the disk.
func copyTo(ctx context.Context, f *os.File, sum hash.Hash, r io.Reader, limit int64) (int64, error) {
	block := make([]byte, blockSize)
	for size := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("spool: %w", err)
		}
		n, failed := r.Read(block)
		size += int64(n)
		if limit > 0 && size > limit {
			return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		if _, err := f.Write(block[:n]); err != nil {
			return 0, onDisk("write file", err)
		}
		sum.Write(block[:n])
		if failed == io.EOF {
			return size, nil
		}
		if failed != nil {
			return 0, failed
		}
	}
}

// place moves a finished file to its name.
func (s *Spool) place(tmp, sha256 string) error { return s.move(tmp, s.path(sha256)) }

// move moves a finished file to a path two folders below the spool's own and syncs
// every folder on the way: an earlier one that made one of them may not have
// synced it yet.
func (s *Spool) move(tmp, path string) error {
	leaf := filepath.Dir(path)
	if err := os.MkdirAll(leaf, 0o700); err != nil {
		return onDisk("make folder", err)
	}
	if err := rename(tmp, path); err != nil {
		return onDisk("name file", err)
	}
	for _, dir := range []string{leaf, filepath.Dir(leaf), s.dir} {
		if err := syncDir(dir); err != nil {
			return onDisk("sync folder", err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
