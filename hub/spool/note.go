package spool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// maxNote bounds a note, in bytes.
const maxNote = 8 << 10

// Note keeps a short text under a key beside the files: what must be known still
// when the journal was put back to an earlier time. It is durable on return, and
// replaces what the key had. Sweep removes notes by their age alone.
func (s *Spool) Note(ctx context.Context, key, text string) error {
	if s.bucket != nil {
		return s.bucket.note(ctx, s.bucket.noteKey(key), text)
	}
	f, err := s.create(s.tmp())
	if err != nil {
		return onDisk("make note", err)
	}
	defer os.Remove(f.Name()) // gone already once it was moved to its place
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return onDisk("write note", err)
	}
	if err := f.Sync(); err != nil {
		return onDisk("sync note", err)
	}
	return s.move(f.Name(), s.notePath(key))
}

// Noted returns the text under a key; ErrNotFound where there is none.
func (s *Spool) Noted(ctx context.Context, key string) (string, error) {
	if s.bucket != nil {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		return s.bucket.text(ctx, s.bucket.noteKey(key))
	}
	text, err := os.ReadFile(s.notePath(key))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", ErrNotFound
	case err != nil:
		return "", onDisk("read note", err)
	}
	return string(text), nil
}

// noteName is a key's digest: what it is made of is no name of a file's. Its
// ending tells it from the files' names.
func noteName(key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return name[:2] + "/" + name + ".note"
}

func (s *Spool) notePath(key string) string {
	return filepath.Join(s.dir, "notes", filepath.FromSlash(noteName(key)))
}

func (b *bucket) noteKey(key string) string { return b.at.Prefix + "notes/" + noteName(key) }

func (b *bucket) note(ctx context.Context, key, text string) error {
	options := minio.PutObjectOptions{ContentType: "text/plain"}
	if _, err := b.client.PutObject(ctx, b.at.Bucket, key, bytes.NewReader([]byte(text)), int64(len(text)), options); err != nil {
		return b.failed("store a note", err)
	}
	return nil
}

// sweepNotes removes notes that were made before a time.
func (s *Spool) sweepNotes(ctx context.Context, before time.Time) error {
	if s.bucket != nil {
		return s.bucket.sweepNotes(ctx, before)
	}
	err := filepath.WalkDir(filepath.Join(s.dir, "notes"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil || d.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		info, err := d.Info()
		if err != nil || !info.ModTime().Before(before) {
			return err
		}
		return os.Remove(path)
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // another sweep was faster, or there are none
		return onDisk("remove notes", err)
	}
	return nil
}

func (b *bucket) sweepNotes(ctx context.Context, before time.Time) error {
	for o := range b.client.ListObjectsIter(ctx, b.at.Bucket, minio.ListObjectsOptions{Prefix: b.at.Prefix + "notes/", Recursive: true}) {
		if o.Err != nil {
			return b.failed("list notes", o.Err)
		}
		if !strings.HasSuffix(o.Key, ".note") || !o.LastModified.Before(before) {
			continue
		}
		if err := b.client.RemoveObject(ctx, b.at.Bucket, o.Key, minio.RemoveObjectOptions{}); err != nil {
			return b.failed("remove a note", err)
		}
	}
	return ctx.Err()
}
