package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// exchange is one request and its answer.
type exchange struct {
	http.ResponseWriter
	r      *http.Request
	route  *route // nil where none matched
	actor  string
	query  url.Values
	status int    // zero before the answer began
	id     string // made when first asked for
}

// WriteHeader remembers the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= 200 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write answers 200 where no status was set.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// requestID names the request in the log and in a problem.
func (x *exchange) requestID() string {
	if x.id == "" {
		x.id = uuid.NewString()
	}
	return x.id
}

// answer writes v as JSON. A system's words may be no UTF-8; the error is not
// wrapped, for its text may quote v.
func (x *exchange) answer(status int, v any) error {
	body, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("encode an answer of %T", v)
	}
	x.send(status, "application/json", body)
	return nil
}

// send writes a whole body. That the caller is gone is nobody's fault.
func (x *exchange) send(status int, mediaType string, body []byte) {
	h := x.Header()
	h["Content-Type"] = []string{mediaType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.WriteHeader(status)
	x.Write(body)
}

// finish ends an exchange: a panic becomes a problem, the request is counted
// and, at debug level, logged by its route; paths and queries are not, for they
// hold what callers put there.
func (s *server) finish(x *exchange, began time.Time) {
	if v := recover(); v != nil {
		s.panicked(x, v)
	}
	name := "none"
	if x.route != nil {
		name = x.route.name
	}
	s.requests.WithLabelValues(name, strconv.Itoa(x.status)).Inc()
	ctx := x.r.Context()
	if !s.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	s.Log.Log(ctx, slog.LevelDebug, "request", append(x.trace(), "route", name, "status", x.status, "actor", x.actor, "took", s.Now().Sub(began))...)
}

// panicked answers for a panic. What was panicked with may hold personal data,
// so only runtime errors are quoted.
func (s *server) panicked(x *exchange, v any) {
	what := "a value of the code's own"
	if err, ok := v.(runtime.Error); ok {
		what = err.Error()
	}
	s.Log.Error("a request's code panicked", append(x.trace(), "panic", what, "stack", string(debug.Stack()))...)
	if x.status == 0 {
		x.problem(broken.with("an error in the hub's code; its log has it under this request's id"))
	}
}

// trace are the attributes by which a log line finds its request.
func (x *exchange) trace() []any {
	out := []any{"request", x.requestID()}
	if parent := x.r.Header.Get("Traceparent"); validTrace(parent) {
		out = append(out, "traceparent", parent)
	}
	return out
}

// validTrace takes a traceparent as W3C Trace Context has it: version, trace
// id, parent id and flags in lower-case hex.
func validTrace(s string) bool {
	if len(s) != 55 {
		return false
	}
	for i := 0; i < len(s); i++ {
		dash := i == 2 || i == 35 || i == 52
		hex := s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f'
		if dash != (s[i] == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

func newRequests() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "appealhub_http_requests_total",
		Help: "Requests answered, by route and status.",
	}, []string{"route", "code"})
}
