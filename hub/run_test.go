package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// sink is a system that counts what it is given.
type sink struct {
	mu   sync.Mutex
	seen map[string]int
}

func (s *sink) spec() sdk.Spec {
	return sdk.Spec{Name: "sink", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return s, nil }}
}

func (s *sink) Close() error { return nil }

func (s *sink) DeliverAppeal(_ context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[a.ID]++
	return sdk.Receipt{Ref: sdk.Ref{Link: "sink", ID: a.ID}}, nil
}

func (s *sink) count(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[id]
}

// runHub opens a hub and runs it until the test's end or stop.
func runHub(t *testing.T, cfg Config, specs ...sdk.Spec) (h *Hub, stop func()) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("HUB_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	h, err := Open(t.Context(), cfg, specs, log, "test")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, h.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return h, stop
}

// ask asks a hub's API and returns status, Location and body.
func ask(t *testing.T, h *Hub, method, path string, body any, header ...string) (int, string, map[string]any) {
	t.Helper()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+h.Addr()+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return resp.StatusCode, resp.Header.Get("Location"), out
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func doc(text string) map[string]any {
	return map[string]any{"kind": "message", "channel": "site", "text": text, "applicant": map[string]any{"surname": "Иванова"}}
}
