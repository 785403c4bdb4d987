package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
)

// Open returns the stored bytes and their number; ErrNotFound where there are
// none. The reader ends with io.EOF only if the bytes were those that were put,
// and with ErrCorrupt otherwise; whoever stops before the end learns nothing. It fails
// once ctx has ended where it waits for a server.
func (s *Spool) Open(ctx context.Context, sha256 string) (io.ReadCloser, int64, error) {
	if !valid(sha256) {
		return nil, 0, ErrNotFound
	}
	if s.bucket != nil {
		o, size, err := s.bucket.open(ctx, sha256)
		if err != nil {
			return nil, 0, err
		}
		return newVerified(o, sha256), size, nil
	}
	f, err := os.Open(s.path(sha256))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, ErrNotFound
	case err != nil:
		return nil, 0, onDisk("open file", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, onDisk("open file", err)
	}
	return newVerified(f, sha256), info.Size(), nil
}

// verified compares what it reads with the digest it was stored under.
type verified struct {
	f    io.ReadCloser
	want string
	sum  hash.Hash
	end  error // of the stream, once reached
}

func newVerified(f io.ReadCloser, want string) *verified {
	return &verified{f: f, want: want, sum: sha256.New()}
}

// Read is io.Reader's.
func (v *verified) Read(p []byte) (int, error) {
	if v.end != nil {
		return 0, v.end
	}
	n, err := v.f.Read(p)
	v.sum.Write(p[:n])
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		v.end = onDisk("read file", err)
	case hex.EncodeToString(v.sum.Sum(nil)) != v.want:
		v.end = ErrCorrupt
	default:
		v.end = io.EOF
	}
	return n, v.end
}

// Close is io.Closer's.
func (v *verified) Close() error { return v.f.Close() }
