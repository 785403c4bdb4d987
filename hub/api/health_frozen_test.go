package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/spool"
)

// frozen is an S3 server that stops to take files once it is told to.
func frozen(t *testing.T) (at spool.BucketAddress, freeze func()) {
	t.Helper()
	var still atomic.Bool
	ended := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"e"`)
		switch {
		case still.Load():
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		case strings.Contains(r.URL.Path, "/sha256/") && r.Method == http.MethodHead:
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
			io.WriteString(w, "one")
		}
	}))
	t.Cleanup(func() { close(ended); s.Close() })
	return spool.BucketAddress{Bucket: "files", Endpoint: s.Listener.Addr().String(), Region: "us-east-1", Access: "a", Secret: "s"}, func() { still.Store(true) }
}

// TestReadyFrozen: files' server that does not answer is not taken for a journal that
// does not.
func TestReadyFrozen(t *testing.T) {
	at, freeze := frozen(t)
	w := newWorld(t, func(c *Config) {
		files, err := spool.OpenBucket(t.Context(), filepath.Join(t.TempDir(), "spool"), at)
		if err != nil {
			t.Fatal(err)
		}
		c.Spool = files
	})
	w.do(get, "/readyz", nil).want(200)
	freeze()
	w.clock.add(time.Second)
	if got := w.do(get, "/readyz", nil).want(503); got.at("spool") != "unavailable" || got.at("journal") != "ok" {
		t.Errorf("frozen: %s", got.body)
	}
}
