package webhook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// status answers with a status and headers, by name and value.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// TestOutcomes: each answer has the kind whose policy fits it.
func TestOutcomes(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		kind   sdk.Kind // empty: taken
		after  time.Duration
	}{
		"200":             {status(200), "", 0},
		"204":             {status(204), "", 0},
		"299":             {status(299), "", 0},
		"301":             {status(301, "Location", "/there"), sdk.Denied, 0},
		"304":             {status(304), sdk.Denied, 0},
		"307":             {status(307, "Location", "/there"), sdk.Denied, 0},
		"400":             {status(400), sdk.Rejected, 0},
		"401":             {status(401), sdk.Denied, 0},
		"403":             {status(403), sdk.Denied, 0},
		"404":             {status(404), sdk.Rejected, 0},
		"405":             {status(405), sdk.Rejected, 0},
		"407":             {status(407), sdk.Denied, 0},
		"408":             {status(408), sdk.Transient, 0},
		"409":             {status(409), sdk.Rejected, 0},
		"410":             {status(410), sdk.Denied, 0},
		"422":             {status(422), sdk.Rejected, 0},
		"425":             {status(425), sdk.Transient, 0},
		"429":             {status(429, "Retry-After", "7"), sdk.Throttled, 7 * time.Second},
		"500":             {status(500), sdk.Transient, 0},
		"501":             {status(501), sdk.Transient, 0},
		"503":             {status(503), sdk.Transient, 0},
		"503 with a wait": {status(503, "Retry-After", "120"), sdk.Transient, 2 * time.Minute},
		"504":             {status(504), sdk.Transient, 0},
		"no answer":       {cut, sdk.Transient, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, test.answer)
			err := open(t, e.URL).tell(t, passed())
			if test.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || sdk.KindOf(err) != test.kind || sdk.AfterOf(err) != test.after {
				t.Errorf("got %v, %v, %v", err, sdk.KindOf(err), sdk.AfterOf(err))
			}
			if n := len(e.requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	e := newEndpoint(t, taken)
	e.Close()
	h := open(t, e.URL)
	if err := h.tell(t, passed()); err == nil || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("got %v", err)
	}
	if err := h.Check(t.Context()); err == nil || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("check: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.DeliverDeadline(ctx, sdk.Ref{}, passed()); !errors.Is(err, context.Canceled) || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("cancelled: %v", err)
	}
}

// TestErrorsAreBounded: neither a page of words, nor the address, nor a secret
// gets into an error.
func TestErrorsAreBounded(t *testing.T) {
	e := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, strings.Repeat("слово ", 100_000))
	})
	err := open(t, e.URL+"/hook?key=geheim").tell(t, passed())
	if err == nil || len(err.Error()) > 2000 || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "whsec_") {
		t.Errorf("got %.200v", err)
	}
}

// TestCheck: it says whether anybody is there, and posts nothing.
func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		kind   sdk.Kind // empty: fine
	}{
		"200":       {status(200), ""},
		"301":       {status(301, "Location", "/there"), sdk.Invalid},
		"401":       {status(401), ""},
		"403":       {status(403), ""},
		"404":       {status(404), ""},
		"405":       {status(405), ""},
		"410":       {status(410), sdk.Denied},
		"429":       {status(429), sdk.Throttled},
		"500":       {status(500), ""},
		"501":       {status(501), ""},
		"502":       {status(502), sdk.Transient},
		"503":       {status(503), sdk.Transient},
		"504":       {status(504), sdk.Transient},
		"no answer": {cut, sdk.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, test.answer)
			err := open(t, e.URL).Check(t.Context())
			if (err == nil) != (test.kind == "") || err != nil && sdk.KindOf(err) != test.kind {
				t.Errorf("got %v, %v", err, sdk.KindOf(err))
			}
			for _, r := range e.requests() {
				if r.method != http.MethodHead || r.header.Get("webhook-signature") != "" {
					t.Errorf("got %+v", r)
				}
			}
		})
	}
}
