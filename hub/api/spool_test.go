package api

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestSpoolUnavailable: while files can't be kept or read a caller is told to come again,
// and the log has one line of it.
func TestSpoolUnavailable(t *testing.T) {
	w := newWorld(t, nil)
	up := w.do(post, "/api/v1/attachments", "the file").want(201)
	named := map[string]any{"attachments": []any{map[string]any{"id": "a1", "name": "a.pdf", "ref": up.at("ref")}}}
	id := w.submit(named)
	if err := os.RemoveAll(w.spoolDir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.spoolDir, nil, 0o600); err != nil { // so that it is not a folder
		t.Fatal(err)
	}
	for range 3 {
		for _, r := range []answer{
			w.do(post, "/api/v1/attachments", "another file"),
			w.do(post, "/api/v1/appeals", appealWith(named)),
			w.do(get, "/api/v1/appeals/"+id+"/attachments/a1", nil),
		} {
			if got := r.problem(503, "unavailable"); got.header.Get("Retry-After") == "" || !strings.Contains(got.at("detail").(string), "files") {
				t.Errorf("%s", got.body)
			}
		}
	}
	if n := strings.Count(w.log.String(), "a request failed"); n != 1 {
		t.Errorf("%d lines:\n%s", n, w.log.String())
	}
}

// TestUploadRefusedMidway: who sends a large file that can't be kept, and reads no answer
// before all is sent, gets the answer and not a broken connection.
func TestUploadRefusedMidway(t *testing.T) {
	const size = 64 << 20
	w := newWorld(t, func(c *Config) { c.MaxFile = size })
	if err := os.RemoveAll(w.spoolDir); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/attachments HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", conn.RemoteAddr(), size)
	if _, err := io.Copy(conn, io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", answer.StatusCode)
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
