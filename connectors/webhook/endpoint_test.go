package webhook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/sdk"
)

// request is one that an endpoint got.
type request struct {
	method, uri string
	header      http.Header
	body        []byte
}

// endpoint answers as it is told and remembers what it got.
type endpoint struct {
	*httptest.Server
	mu  sync.Mutex
	got []request
}

func newEndpoint(t *testing.T, answer http.HandlerFunc) *endpoint {
	t.Helper()
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		e.mu.Lock()
		e.got = append(e.got, request{r.Method, r.URL.RequestURI(), r.Header.Clone(), body})
		e.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) requests() []request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]request(nil), e.got...)
}

// hook is a connector whose clock stands where the test puts it.
type hook struct {
	sdk.DeadlineSink
	sdk.Checker
	now time.Time
}

// open opens a connector to url with more options, by name and value.
func open(t *testing.T, url string, pairs ...any) *hook {
	t.Helper()
	h := &hook{now: time.Now()}
	c, err := webhook.Spec().Open(t.Context(), sdk.Env{Link: "control", Options: with(append(pairs, "url", url)...), HTTP: &http.Client{Timeout: 10 * time.Second}, Now: func() time.Time { return h.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	h.DeadlineSink, h.Checker = c.(sdk.DeadlineSink), c.(sdk.Checker)
	return h
}

// tell delivers n and returns the error.
func (h *hook) tell(t *testing.T, n sdk.Deadline) error {
	t.Helper()
	got, err := h.DeliverDeadline(t.Context(), sdk.Ref{Link: "control", ID: "x"}, n)
	if got != (sdk.Receipt{}) {
		t.Errorf("receipt %+v", got)
	}
	return err
}

// receiver starts a simulated receiver.
func receiver(t *testing.T, secrets ...string) (*webhooksim.Sim, string) {
	t.Helper()
	sim, err := webhooksim.New(webhooksim.Config{Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, server.URL
}

// passed is news of an answer that has not come.
func passed() sdk.Deadline {
	return sdk.Deadline{
		ID: "01a20beb-100d-72f6-acf1-c24e3dd37bf3", News: sdk.DeadlinePassed, At: time.Date(2026, 11, 25, 12, 0, 0, 123456000, time.FixedZone("", 3*60*60)),
		Appeal: "01a20beb-0000-72f6-acf1-c24e3dd37bf3", Source: sdk.Ref{Link: "pos", ID: "1000001"}, Organisation: "adm",
		Term: "answer", Due: sdk.Date{Year: 2026, Month: 11, Day: 24},
	}
}
