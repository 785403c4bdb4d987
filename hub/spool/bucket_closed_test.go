package spool

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// TestBucketClosed: keys that are refused, or a bucket that is gone, are told from one
// file that is refused.
func TestBucketClosed(t *testing.T) {
	for name, c := range map[string]struct {
		bucket int // what is answered to a question for it
		closed bool
	}{
		"a file":    {http.StatusOK, false},
		"the keys":  {http.StatusForbidden, true},
		"no bucket": {http.StatusNotFound, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
				if strings.Contains(r.URL.Path, "sha256") {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				w.WriteHeader(c.bucket)
			}))
			defer server.Close()
			b, err := newBucket(BucketAddress{Bucket: "files", Endpoint: server.Listener.Addr().String(), Region: "us-east-1", Access: "a", Secret: "s"})
			if err != nil {
				t.Fatal(err)
			}
			s := &Spool{dir: t.TempDir(), create: createTemp, bucket: b}
			if err := os.MkdirAll(s.tmp(), 0o700); err != nil {
				t.Fatal(err)
			}
			_, kept := s.Put(t.Context(), strings.NewReader("x"), 0)
			_, _, opened := s.Open(t.Context(), strings.Repeat("ab", 32))
			for _, err := range []error{kept, opened} {
				var told *BucketError
				if !errors.As(err, &told) || told.Unreachable || told.Closed != c.closed || !errors.Is(err, ErrUnavailable) {
					t.Errorf("%#v", err)
				}
			}
		})
	}
}
