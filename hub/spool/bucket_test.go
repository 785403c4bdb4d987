package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
)

func TestParseBucket(t *testing.T) {
	got, err := ParseBucket("s3://AK:s%40cret@files?endpoint=http://127.0.0.1:9000&region=ru-1&prefix=city")
	want := BucketAddress{Bucket: "files", Endpoint: "127.0.0.1:9000", Region: "ru-1", Prefix: "city/", Access: "AK", Secret: "s@cret"}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	for address, why := range map[string]string{
		"s3://":                                    "is no address of a bucket",
		"s3://b/path?endpoint=https://h":           "is no address of a bucket",
		"http://b":                                 "is no address of a bucket",
		"s3://b":                                   "endpoint is missing",
		"s3://b?endpoint=ftp://h":                  "of the form https://host:port",
		"s3://b?endpoint=h:9000":                   "of the form https://host:port",
		"s3://AK@b?endpoint=https://h":             "one half of the credentials",
		"s3://AK:s3cret@b?endpoint=https://h&x=1":  `parameter "x" is not known`,
		"s3://AK:s3cret@b?endpoint=https://h/path": "of the form https://host:port",
		"s3://AK:12?s3cret@b?endpoint=https://h":   "write ? in the secret as %3F",
		"s3://AK:12?s3cret=1@b?endpoint=https://h": "write ? in the secret as %3F",
	} {
		if _, err := ParseBucket(address); err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestSince: an object is as young as it was put or kept last, whichever of the two
// the server's time tells.
func TestSince(t *testing.T) {
	put := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for kept, want := range map[string]time.Time{
		"":                     put,
		"yesterday":            put,
		"2026-11-19T09:00:00Z": put,
		"2026-11-21T09:00:00Z": put.AddDate(0, 0, 1),
	} {
		if got := since(minio.ObjectInfo{LastModified: put, UserMetadata: map[string]string{keptAt: kept}}); !got.Equal(want) {
			t.Errorf("kept %q: %v, want %v", kept, got, want)
		}
	}
}

// bucketAt is the bucket that S3_URL names, with a prefix of the test's own.
func bucketAt(t *testing.T) BucketAddress {
	t.Helper()
	address := os.Getenv("S3_URL")
	if address == "" {
		t.Skip("S3_URL names no bucket: make test-services runs this")
	}
	at, err := ParseBucket(address)
	if err != nil {
		t.Fatal(err)
	}
	at.Prefix = "test-" + rand.Text() + "/"
	b, err := newBucket(at)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := b.client.BucketExists(t.Context(), at.Bucket); err != nil || !ok {
		if err := b.client.MakeBucket(t.Context(), at.Bucket, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func openBucket(t *testing.T, at BucketAddress) *Spool {
	t.Helper()
	s, err := OpenBucket(t.Context(), filepath.Join(t.TempDir(), "spool"), at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBucket: what one node puts another reads, byte for byte; large files go in
// parts, nothing stays on the local disk, and both see one spool.
func TestBucket(t *testing.T) {
	at := bucketAt(t)
	one, two := openBucket(t, at), openBucket(t, at)
	if one.ID() != two.ID() || one.ID() == "" {
		t.Errorf("two nodes see %q and %q", one.ID(), two.ID())
	}
	for name, body := range map[string]string{"empty": "", "short": "ответ", "parts": strings.Repeat("большой файл ", 3<<20)} {
		o := put(t, one, body)
		if again := put(t, two, body); again != o {
			t.Errorf("%s: again %v", name, again)
		}
		if got, err := read(two, o.SHA256); err != nil || got != body {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if got, err := two.Stat(o.SHA256); err != nil || got != o {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if left := files(t, one); len(left) > 0 {
		t.Errorf("on the disk: %v", left)
	}
	at.Prefix = "test-" + rand.Text() + "/"
	if other := openBucket(t, at); other.ID() == one.ID() {
		t.Error("another prefix is the same spool")
	}
}

// TestBucketRefuses: what is not there, too large or changed is told as in a folder.
func TestBucketRefuses(t *testing.T) {
	at := bucketAt(t)
	s := openBucket(t, at)
	missing := strings.Repeat("ab", 32)
	if _, err := s.Stat(missing); !errors.Is(err, ErrNotFound) {
		t.Errorf("stat: %v", err)
	}
	if _, err := read(s, missing); !errors.Is(err, ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := s.Put(t.Context(), strings.NewReader("12345"), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("put: %v", err)
	}
	o := put(t, s, "as it was")
	_, err := s.bucket.client.PutObject(t.Context(), at.Bucket, s.bucket.key(o.SHA256), strings.NewReader("otherwise"), 9, minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(s, o.SHA256); !errors.Is(err, ErrCorrupt) {
		t.Errorf("changed: %v", err)
	}
}

// TestBucketFaults: what the server answers, or does not, is told with a remedy.
func TestBucketFaults(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || status != http.StatusInsufficientStorage {
			w.WriteHeader(status)
			io.WriteString(w, fmt.Sprintf(`<Error><Code>C%d</Code></Error>`, status))
			return
		}
		if r.Method == http.MethodHead && strings.Contains(r.URL.Path, "sha256") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(w, "an-id")
	}))
	at, err := ParseBucket("s3://AK:s3cret@files?endpoint=" + server.URL)
	if err != nil {
		t.Fatal(err)
	}
	fault := func(want int) *BucketError {
		t.Helper()
		status = want
		var told *BucketError
		if err := CheckBucket(t.Context(), at); !errors.As(err, &told) || strings.Contains(err.Error(), "s3cret") {
			t.Fatalf("%d: %v", want, err)
		}
		return told
	}
	if f := fault(http.StatusForbidden); f.Unreachable || !strings.Contains(f.What, "refuses the credentials") {
		t.Errorf("refused: %v", f)
	}
	if f := fault(http.StatusNotFound); f.Unreachable || !strings.Contains(f.What, "there is no bucket files") {
		t.Errorf("no bucket: %v", f)
	}
	b, err := newBucket(at)
	if err != nil {
		t.Fatal(err)
	}
	status = http.StatusInsufficientStorage
	s := &Spool{dir: t.TempDir(), create: createTemp, bucket: b}
	if err := os.MkdirAll(s.tmp(), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(context.Background(), strings.NewReader("x"), 0); !errors.Is(err, ErrFull) {
		t.Errorf("full: %v", err)
	}
	if left := files(t, s); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	server.Close()
	if f := fault(0); !f.Unreachable || !strings.Contains(f.Remedy, "see that it runs") {
		t.Errorf("down: %v", f)
	}
}

// TestBucketKeeps: an old object is copied onto itself, a young one is left alone, and
// so is one that was kept lately, also where the server calls it old; no sweep removes
// that.
func TestBucketKeeps(t *testing.T) {
	digest, age, copied, kept := strings.Repeat("ab", 32), 2*time.Hour, "", ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodHead:
			w.Header().Set("Last-Modified", time.Now().Add(-age).UTC().Format(http.TimeFormat))
			w.Header().Set("Content-Length", "3")
			w.Header().Set("X-Amz-Meta-Kept", kept)
		case r.Method == http.MethodDelete:
			copied = "removed"
		case r.Method == http.MethodPut:
			kept = r.Header.Get("X-Amz-Meta-Kept")
			copied = r.Header.Get("X-Amz-Copy-Source") + " to " + strings.TrimPrefix(r.URL.Path, "/") + " " + r.Header.Get("X-Amz-Metadata-Directive")
			io.WriteString(w, `<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>`)
		}
	}))
	defer server.Close()
	at, err := ParseBucket("s3://AK:s3cret@files?endpoint=" + server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBucket(at)
	if err != nil {
		t.Fatal(err)
	}
	s, key := &Spool{bucket: b}, "files/"+b.key(digest)
	for _, c := range []struct {
		why, want string
		age       time.Duration
	}{
		{"young", "", time.Minute},
		{"old", key + " to " + key + " REPLACE", 2 * time.Hour},
		{"old and kept", "", 2 * time.Hour},
	} {
		age, copied = c.age, ""
		if got, err := s.Keep(t.Context(), digest); err != nil || got.Size != 3 || copied != c.want {
			t.Errorf("%s: %v, %v, copied %q, want %q", c.why, got, err, copied, c.want)
		}
	}
	if removed, err := b.remove(t.Context(), digest, time.Now().Add(-time.Hour)); removed || err != nil || copied != "" {
		t.Errorf("the sweep: %v, %v, %s", removed, err, copied)
	}
}
