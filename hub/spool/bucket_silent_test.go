package spool

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stalling is an S3 server that stops in the middle of a file.
func stalling(t *testing.T) BucketAddress {
	t.Helper()
	ended := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		switch {
		case strings.HasSuffix(r.URL.Path, "/id"):
			io.WriteString(w, "one")
		case strings.Contains(r.URL.Path, "/sha256/") && r.Method == http.MethodHead:
			w.Header().Set("Content-Length", "1000")
		case strings.Contains(r.URL.Path, "/sha256/"):
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "the beginning")
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		}
	}))
	t.Cleanup(func() { close(ended); s.Close() })
	return BucketAddress{Bucket: "files", Endpoint: s.Listener.Addr().String(), Region: "us-east-1", Access: "a", Secret: "s"}
}

// TestSilentBucket: a server that falls silent in the middle of a file is waited for
// no longer than the reader does.
func TestSilentBucket(t *testing.T) {
	s, err := OpenBucket(t.Context(), filepath.Join(t.TempDir(), "spool"), stalling(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, size, err := s.Open(ctx, strings.Repeat("ab", 32))
	if err != nil || size != 1000 {
		t.Fatal(size, err)
	}
	defer r.Close()
	if n, err := io.ReadFull(r, make([]byte, 13)); err != nil {
		t.Fatal(n, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := r.Read(make([]byte, 1))
		ended <- err
	}()
	cancel()
	select {
	case err := <-ended:
		if err == nil || errors.Is(err, ErrCorrupt) || err == io.EOF {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits still")
	}
}
