package simkit

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxDelayed bounds a request's body that is held back by a delay, in bytes.
const maxDelayed = 16 << 20

// wrap lets faults strike next.
func (s *Faults) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, strikes := s.pick(r)
		if !strikes {
			next.ServeHTTP(w, r)
			return
		}
		if watched, ok := w.(*watcher); ok {
			watched.fault = f.Fault
		}
		f.strike(w, r, next)
	})
}

func (f Fault) strike(w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch f.Fault {
	case DropBefore:
		drop(w)
	case DropAfter:
		next.ServeHTTP(&held{header: http.Header{}, sink: io.Discard}, r)
		drop(w)
	case Truncate:
		answer := &halved{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		answer.finish()
	case Delay:
		f.delay(w, r, next)
	case DelayAfter:
		var body bytes.Buffer
		answer := &held{header: http.Header{}, sink: &body}
		next.ServeHTTP(answer, r)
		pause(r.Context(), time.Duration(f.Delay))
		answer.send(w, body.Bytes())
	default:
		f.answer(w)
	}
}

// answer replies in the system's place.
func (f Fault) answer(w http.ResponseWriter) {
	status, kind, body := http.StatusOK, "application/json;charset=UTF-8", f.Body
	switch f.Fault {
	case Status:
		status = f.Status
		if body != "" && !strings.HasPrefix(body, "{") {
			kind = "text/plain;charset=UTF-8"
		}
	case HTML:
		kind, body = "text/html;charset=UTF-8", "<!DOCTYPE html><html><head><title>Технические работы</title></head><body>Технические работы</body></html>"
	case Garbage:
		body = `{"content":[{"id":1,,"value":`
	case Redirect:
		status = http.StatusFound
		w.Header().Set("Location", f.Location)
	case Throttle:
		status, body = http.StatusTooManyRequests, `{"messages":["Слишком много запросов"]}`
		w.Header().Set("Retry-After", "1")
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// delay reads the request, waits, and has the work done whether or not the
// client is still there: so a slow server carries out what its client has given
// up.
func (f Fault) delay(w http.ResponseWriter, r *http.Request, next http.Handler) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelayed))
	if err != nil {
		Refuse(w, http.StatusRequestEntityTooLarge, "simulator: a delayed request is held in memory and may not be longer than 16 MiB")
		return
	}
	ctx := context.WithoutCancel(r.Context())
	pause(ctx, time.Duration(f.Delay))
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// drop closes the connection. A few bytes of a status line go before it: a
// connection that is closed without any is taken by Go's client for an idle one
// that timed out, and the request is silently sent again.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "simulator: only HTTP/1 connections can be dropped")
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 ")
	_ = conn.Close()
}

// held keeps a response back.
type held struct {
	header http.Header
	status int
	sink   io.Writer
}

// Header is http.ResponseWriter's.
func (h *held) Header() http.Header { return h.header }

// Write is io.Writer's.
func (h *held) Write(p []byte) (int, error) { return h.sink.Write(p) }

// WriteHeader is http.ResponseWriter's.
func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) send(w http.ResponseWriter, body []byte) {
	for key, values := range h.header {
		w.Header()[key] = values
	}
	if h.status != 0 {
		w.WriteHeader(h.status)
	}
	_, _ = w.Write(body)
}
