package bench

import (
	"hash/crc32"
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
	ill     bool    // one appeal in a thousand is refused for good
	watched *stamps // nil: nobody asks when each came
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
	var n int64
	var err error
	if w := r.watching(); w != nil {
		n, err = w.read(req.Body)
	} else {
		n, err = io.Copy(io.Discard, req.Body)
	}
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
	if r.ill && crc32.ChecksumIEEE([]byte(id))%1000 == 0 {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
}

// poison has one appeal in a thousand be refused for good, or none.
func (r *receiver) poison(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ill = on
}

func (r *receiver) watching() *stamps {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.watched
}

// watch begins to note when each appeal is sent and comes.
func (r *receiver) watch() *stamps {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = &stamps{sent: map[string]time.Time{}, came: map[string]time.Duration{}}
	return r.watched
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
