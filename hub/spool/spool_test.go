package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func open(t *testing.T) *Spool {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *Spool, body string) Object {
	t.Helper()
	o, err := s.Put(t.Context(), strings.NewReader(body), 0)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// files lists what lies in the spool, the temporary files among it.
func files(t *testing.T, s *Spool) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != filepath.Join(s.dir, "id") {
			rel, _ := filepath.Rel(s.dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func read(s *Spool, sha256 string) (string, error) {
	r, _, err := s.Open(context.Background(), sha256)
	if err != nil {
		return "", err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	return string(body), err
}

func TestPutAndOpen(t *testing.T) {
	s := open(t)
	for name, body := range map[string]string{"empty": "", "short": "ответ", "blocks": strings.Repeat("x", 3*blockSize+1)} {
		t.Run(name, func(t *testing.T) {
			sum := sha256.Sum256([]byte(body))
			want := Object{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body))}
			if got := put(t, s, body); got != want {
				t.Fatalf("put: got %+v, want %+v", got, want)
			}
			r, size, err := s.Open(t.Context(), want.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if err := iotest.TestReader(r, []byte(body)); err != nil || size != want.Size {
				t.Errorf("size %d, %v", size, err)
			}
			if got, err := s.Stat(want.SHA256); err != nil || got != want {
				t.Errorf("stat: %+v, %v", got, err)
			}
		})
	}
}

func TestSameBytesLieOnce(t *testing.T) {
	s := open(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := s.Put(context.Background(), strings.NewReader("same"), 0); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	sum := sha256.Sum256([]byte("same"))
	digest := hex.EncodeToString(sum[:])
	want := digest[:2] + "/" + digest[2:4] + "/" + digest
	if got := files(t, s); len(got) != 1 || got[0] != want {
		t.Errorf("got %v, want %s alone", got, want)
	}
}

func TestNotFound(t *testing.T) {
	s := open(t)
	put(t, s, "one")
	if err := os.WriteFile(filepath.Join(s.dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{"", "../secret", "../../../../etc/passwd", strings.Repeat("0", 64), strings.Repeat("A", 64), strings.Repeat("0", 63)} {
		if _, _, err := s.Open(t.Context(), digest); !errors.Is(err, ErrNotFound) {
			t.Errorf("Open(%q): %v", digest, err)
		}
		if _, err := s.Stat(digest); !errors.Is(err, ErrNotFound) {
			t.Errorf("Stat(%q): %v", digest, err)
		}
	}
}

func TestLimit(t *testing.T) {
	s := open(t)
	if _, err := s.Put(t.Context(), strings.NewReader("12345"), 5); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := s.Put(t.Context(), iotest.OneByteReader(strings.NewReader("123456")), 5); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond: %v", err)
	}
	if got := files(t, s); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

// TestFailures: after an error nothing is stored and nothing is left behind.
func TestFailures(t *testing.T) {
	broken := errors.New("connection lost")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		body io.Reader
		want error
	}{
		"source breaks":     {context.Background(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), broken},
		"source cut short":  {context.Background(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF},
		"the caller is off": {ended, strings.NewReader("never read"), context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if o, err := s.Put(c.ctx, c.body, 0); !errors.Is(err, c.want) || o != (Object{}) {
				t.Errorf("got %+v, %v", o, err)
			}
			if got := files(t, s); len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

// TestFull writes to the device that is always full.
func TestFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	s := open(t)
	s.create = func(string) (*os.File, error) {
		if err := os.Symlink("/dev/full", filepath.Join(s.tmp(), "put-full")); err != nil {
			return nil, err
		}
		return os.OpenFile(filepath.Join(s.tmp(), "put-full"), os.O_WRONLY, 0)
	}
	if _, err := s.Put(t.Context(), strings.NewReader("x"), 0); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	if got := files(t, s); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestCorrupt(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"one bit":   func(path string) error { return os.WriteFile(path, []byte("Body"), 0o600) },
		"cut short": func(path string) error { return os.Truncate(path, 2) },
		"emptied":   func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			o := put(t, s, "body")
			if err := spoil(s.path(o.SHA256)); err != nil {
				t.Fatal(err)
			}
			if _, err := read(s, o.SHA256); !errors.Is(err, ErrCorrupt) {
				t.Errorf("got %v", err)
			}
			put(t, s, "body")
			if got, err := read(s, o.SHA256); got != "body" || err != nil {
				t.Errorf("not healed: %q, %v", got, err)
			}
		})
	}
}

// TestOpenSweeps: what a killed process left is removed at the next start,
// however new; an upload under way in another process is left alone.
func TestOpenSweeps(t *testing.T) {
	s := open(t)
	o := put(t, s, "kept")
	for _, name := range []string{"put-old", "put-new"} {
		if err := os.WriteFile(filepath.Join(s.tmp(), name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held, err := createTemp(s.tmp())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	then := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(filepath.Join(s.tmp(), "put-old"), then, then); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := files(t, again); len(got) != 2 || got[1] != "tmp/"+filepath.Base(held.Name()) {
		t.Errorf("got %v", got)
	}
	if got, err := read(again, o.SHA256); got != "kept" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// TestLargeFileStreams puts and reads 200 MB and measures what was allocated
// on the way.
func TestLargeFileStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	const size = 200 << 20
	s := open(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o, err := s.Put(t.Context(), io.LimitReader(pattern{}, size), size)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.Open(t.Context(), o.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r, make([]byte, 64<<10))
	runtime.ReadMemStats(&after)
	if n != size || err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d KiB were allocated for a file of 200 MB", used>>10)
	}
}

// pattern yields bytes without end.
type pattern struct{}

func (pattern) Read(p []byte) (int, error) {
	for i := 0; i < len(p); i += copy(p[i:], "0123456789abcdef") {
	}
	return len(p), nil
}

// TestPrivate: nobody but the hub's own user reads citizens' files.
func TestPrivate(t *testing.T) {
	s := open(t)
	o := put(t, s, "body")
	for _, path := range []string{s.dir, s.tmp(), filepath.Dir(s.path(o.SHA256)), s.path(o.SHA256)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", filepath.Base(path), info.Mode())
		}
	}
	if filepath.Base(s.path(o.SHA256)) != o.SHA256 {
		t.Error("the file's name is not its digest")
	}
}

// TestID: a spool has one id for ever, whoever opens it and however many at once;
// another has another.
func TestID(t *testing.T) {
	dir := t.TempDir()
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() {
			s, err := Open(dir)
			if err != nil {
				t.Error(err)
				ids <- ""
				return
			}
			ids <- s.ID()
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first || id == "" {
			t.Errorf("%q and %q", first, id)
		}
	}
	other, err := Open(t.TempDir())
	if err != nil || other.ID() == first {
		t.Errorf("two spools are %q, %v", other.ID(), err)
	}
}
