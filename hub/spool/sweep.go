package spool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/minio/minio-go/v7"
)

// Stored is a file of the spool and when it was put last.
type Stored struct {
	Object
	At time.Time
}

// Sweep says which files are nobody's.
type Sweep struct {
	Before     time.Time                                                     // only what was put before
	Referenced func(ctx context.Context, digests []string) ([]string, error) // of these, those that somebody needs
	DryRun     bool
}

// Swept counts what a sweep saw and removed.
type Swept struct {
	Seen         int   `json:"seen"`
	SeenBytes    int64 `json:"seen_bytes"`
	Removed      int   `json:"removed"`
	RemovedBytes int64 `json:"removed_bytes"`
}

// sweepBatch is how many files are asked about at a time.
const sweepBatch = 1000

// Sweep removes files that were put before a time and that nobody needs, and notes
// that were made before it. A file that is put again meanwhile stays.
func (s *Spool) Sweep(ctx context.Context, w Sweep) (Swept, error) {
	var out Swept
	var batch []Stored
	err := s.each(ctx, func(o Stored) error {
		out.Seen++
		out.SeenBytes += o.Size
		if !o.At.Before(w.Before) {
			return nil
		}
		if batch = append(batch, o); len(batch) < sweepBatch {
			return nil
		}
		err := s.sweepBatch(ctx, w, batch, &out)
		batch = batch[:0]
		return err
	})
	if err == nil {
		err = s.sweepBatch(ctx, w, batch, &out)
	}
	if err == nil && !w.DryRun {
		err = s.sweepNotes(ctx, w.Before)
	}
	return out, err
}

func (s *Spool) sweepBatch(ctx context.Context, w Sweep, batch []Stored, out *Swept) error {
	if len(batch) == 0 {
		return nil
	}
	digests := make([]string, len(batch))
	for i, o := range batch {
		digests[i] = o.SHA256
	}
	needed, err := w.Referenced(ctx, digests)
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, digest := range needed {
		keep[digest] = true
	}
	for _, o := range batch {
		if keep[o.SHA256] {
			continue
		}
		if !w.DryRun {
			if removed, err := s.remove(ctx, o, w.Before); err != nil || !removed {
				if err != nil {
					return err
				}
				continue
			}
		}
		out.Removed++
		out.RemovedBytes += o.Size
	}
	return nil
}

// each visits every file.
func (s *Spool) each(ctx context.Context, visit func(Stored) error) error {
	if s.bucket != nil {
		return s.bucket.each(ctx, visit)
	}
	return filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return onDisk("list files", err)
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() || !valid(d.Name()):
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return onDisk("list files", err)
		}
		return visit(Stored{Object{d.Name(), info.Size()}, info.ModTime()})
	})
}

// remove removes a file unless it was put again since.
func (s *Spool) remove(ctx context.Context, o Stored, before time.Time) (bool, error) {
	if s.bucket != nil {
		return s.bucket.remove(ctx, o.SHA256, before)
	}
	removed := false
	err := held(s.path(o.SHA256), func(is fs.FileInfo) error {
		if !is.ModTime().Before(before) {
			return nil
		}
		removed = true
		return os.Remove(s.path(o.SHA256))
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil // another sweep was faster
	case err != nil:
		return false, onDisk("remove file", err)
	}
	return removed, nil
}

func (b *bucket) each(ctx context.Context, visit func(Stored) error) error {
	for o := range b.client.ListObjectsIter(ctx, b.at.Bucket, minio.ListObjectsOptions{Prefix: b.at.Prefix + "sha256/", Recursive: true}) {
		if o.Err != nil {
			return b.failed("list files", o.Err)
		}
		name := filepath.Base(o.Key)
		if !valid(name) {
			continue
		}
		if err := visit(Stored{Object{name, o.Size}, o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *bucket) remove(ctx context.Context, sha256 string, before time.Time) (bool, error) {
	info, err := b.client.StatObject(ctx, b.at.Bucket, b.key(sha256), minio.StatObjectOptions{})
	if err != nil {
		if err = b.failed("look up a file", err); errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return false, err
	}
	if !since(info).Before(before) {
		return false, nil
	}
	if err := b.client.RemoveObject(ctx, b.at.Bucket, b.key(sha256), minio.RemoveObjectOptions{}); err != nil {
		return false, fmt.Errorf("remove: %w", b.failed("remove a file", err))
	}
	return true, nil
}
