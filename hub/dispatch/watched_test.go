package dispatch

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// failing ends a file with an error, as one that went bad on its disk.
type failing struct{ io.Reader }

var errBad = errors.New("the file went bad")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = errBad
	}
	return n, err
}

// TestWatchedBody: a connector that hands the body to its HTTP client, whose server
// answers before it has read it, reads nothing that the hub has taken back.
func TestWatchedBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer server.Close()
	file := make([]byte, 1<<20)
	for range 50 {
		w := &watchedReader{Reader: failing{bytes.NewReader(file)}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, io.NopCloser(w))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := server.Client().Do(r); err == nil {
			got.Body.Close()
		}
		if err := w.end(func() {}); err != nil && err != errBad {
			t.Error(err)
		}
		if n, err := w.Read(make([]byte, 1)); n > 0 || err != errOver {
			t.Fatalf("read %d, %v", n, err)
		}
	}
}
