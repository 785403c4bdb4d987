package bench

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// receiver is the system that appeals are delivered to: it counts them.
type receiver struct {
	mu      sync.Mutex
	seen    map[string]struct{}
	again   int
	short   int // bodies that can't be a whole appeal
	last    time.Time
	down    bool
	address string
	server  *http.Server
}

// newReceiver listens on loopback until close.
func newReceiver() (*receiver, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{seen: map[string]struct{}{}, address: "http://" + ln.Addr().String()}
	r.server = &http.Server{Handler: http.HandlerFunc(r.take), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(ln) }() // ends with close
	return r, nil
}

func (r *receiver) close() { _ = r.server.Close() }

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	n, err := io.Copy(io.Discard, req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down || err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	id := req.Header.Get("X-Appeal")
	if _, known := r.seen[id]; known {
		r.again++
	}
	if n < 1000 {
		r.short++
	}
	r.seen[id] = struct{}{}
	r.last = time.Now()
}

// reset forgets everything.
func (r *receiver) reset(down bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen, r.again, r.short, r.down = map[string]struct{}{}, 0, 0, down
}

// count returns how many appeals came, how many of them again, and when the
// last one did.
func (r *receiver) count() (came, again, short int, last time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen), r.again, r.short, r.last
}
