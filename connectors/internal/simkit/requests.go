package simkit

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// keptRequests bounds the log of requests.
const keptRequests = 2000

// Requests is a bounded log of the system's requests, without bodies and
// queries, and counts of all of them.
type Requests struct {
	mu       sync.Mutex
	log      []Entry
	next     int // where the log is overwritten once it is full
	total    int
	byMethod map[string]int
	byStatus map[string]int
	byFault  map[string]int
}

// Entry is one request as it was answered.
type Entry struct {
	N      int    `json:"n"` // from 1, in the order of answers
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`          // 0: the connection was closed without one
	Fault  string `json:"fault,omitempty"` // the fault that struck
}

// NewRequests returns an empty log.
func NewRequests() *Requests {
	q := &Requests{}
	q.clear()
	return q
}

func (q *Requests) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.log, q.next, q.total = nil, 0, 0
	q.byMethod, q.byStatus, q.byFault = map[string]int{}, map[string]int{}, map[string]int{}
}

func (q *Requests) add(e Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.total++
	e.N = q.total
	q.byMethod[e.Method]++
	q.byStatus[strconv.Itoa(e.Status)]++
	if e.Fault != "" {
		q.byFault[e.Fault]++
	}
	if len(q.log) < keptRequests {
		q.log = append(q.log, e)
		return
	}
	q.log[q.next] = e
	q.next = (q.next + 1) % keptRequests
}

// Log returns the requests that are still kept, oldest first, of the given
// method (empty: any) and with paths that begin with prefix.
func (q *Requests) Log(method, prefix string) []Entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]Entry, 0, len(q.log))
	for i := range q.log {
		e := q.log[(q.next+i)%len(q.log)]
		if (method == "" || e.Method == method) && strings.HasPrefix(e.Path, prefix) {
			out = append(out, e)
		}
	}
	return out
}

func (q *Requests) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &watcher{ResponseWriter: w}
		defer func() {
			q.add(Entry{Method: r.Method, Path: r.URL.Path, Status: watched.status, Fault: watched.fault})
		}()
		next.ServeHTTP(watched, r)
	})
}

func (q *Requests) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /_sim/requests", func(w http.ResponseWriter, r *http.Request) {
		log := q.Log(r.URL.Query().Get("method"), r.URL.Query().Get("path"))
		q.mu.Lock()
		defer q.mu.Unlock()
		WriteJSON(w, http.StatusOK, map[string]any{
			"total": q.total, "by_method": q.byMethod, "by_status": q.byStatus, "by_fault": q.byFault, "matching": len(log), "log": log,
		})
	})
	mux.HandleFunc("DELETE /_sim/requests", func(w http.ResponseWriter, _ *http.Request) {
		q.clear()
		w.WriteHeader(http.StatusNoContent)
	})
}

// watcher remembers how a request was answered.
type watcher struct {
	http.ResponseWriter
	status int
	fault  string
}

// WriteHeader is http.ResponseWriter's.
func (w *watcher) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write is io.Writer's.
func (w *watcher) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController through.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }
