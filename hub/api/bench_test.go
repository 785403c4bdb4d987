package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// BenchmarkSubmit is the API's and intake's own cost and one committer's: 32
// clients, no network.
func BenchmarkSubmit(b *testing.B) {
	doc, err := os.ReadFile("../../testdata/canonical/bench-3kb.json")
	if err != nil {
		b.Fatal(err)
	}
	doc = bytes.Replace(doc, attachmentsOf(doc), nil, 1)
	w := newWorld(b, func(c *Config) { c.Log = nil })
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(post, "http://localhost/api/v1/appeals", bytes.NewReader(doc))
			r.Header.Set("Content-Type", "application/json")
			got := httptest.NewRecorder()
			if w.handler.ServeHTTP(got, r); got.Code != http.StatusCreated {
				b.Fatalf("status %d: %s", got.Code, got.Body)
			}
		}
	})
}

// BenchmarkLive is the least that an exchange costs, the recorder's share
// included.
func BenchmarkLive(b *testing.B) {
	w := newWorld(b, func(c *Config) { c.Log = nil })
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(get, "http://localhost/livez", nil)
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// attachmentsOf is the member of the document that names files nobody uploaded.
func attachmentsOf(doc []byte) []byte {
	from := bytes.Index(doc, []byte(`"attachments":[`))
	return doc[from : from+bytes.Index(doc[from:], []byte("],"))+2]
}
