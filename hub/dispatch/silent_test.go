package dispatch_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// silentBucket is a bucket on a server that stops in the middle of each file; asked
// hears of each that is begun.
func silentBucket(t *testing.T) (at *spool.BucketAddress, asked chan struct{}) {
	t.Helper()
	ended := make(chan struct{})
	asked = make(chan struct{}, 99)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		switch {
		case strings.HasSuffix(r.URL.Path, "/id"):
			io.WriteString(w, "one")
		case strings.Contains(r.URL.Path, "/sha256/"):
			w.Header().Set("Content-Length", "1000")
			if r.Method == http.MethodHead {
				return
			}
			asked <- struct{}{}
			io.WriteString(w, "the beginning")
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(ended) })
	return &spool.BucketAddress{Bucket: "files", Endpoint: s.Listener.Addr().String(), Region: "us-east-1", Access: "a", Secret: "s"}, asked
}

// TestSilentBucket: an upload whose file does not come from the spool's server ends
// with its time, and not with the server's: the link's other deliveries go on, and this
// one comes again.
func TestSilentBucket(t *testing.T) {
	at, asked := silentBucket(t)
	edms := &system{}
	w := newWorld(t, setting{bucket: at, links: map[string]sdk.Connector{target: plain{edms}}, config: link.Config{Concurrency: 1, FileTimeout: 200 * time.Millisecond}})
	w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Size: 1000, SHA256: strings.Repeat("ab", 32)}))
	w.run()
	late := time.After(20 * time.Second)
	for range 2 {
		select {
		case <-asked:
		case <-late:
			t.Fatal("the worker waits for the server")
		}
	}
	if d := w.deliveries(target)[1]; d.State != journal.DeliveryReady || d.LastKind != sdk.Transient {
		t.Errorf("after the first: %+v", d)
	}
}
