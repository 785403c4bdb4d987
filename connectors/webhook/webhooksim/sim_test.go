package webhooksim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
)

const otherSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// start is the receiver's clock.
var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// post makes a message signed by the specification's own library.
func post(t *testing.T, secret, id, body string, at time.Time) *http.Request {
	t.Helper()
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := wh.Sign(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", "v1a,b3RoZXI= v1,bm90aGluZw== "+signature)
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newSim(t *testing.T) *webhooksim.Sim {
	t.Helper()
	sim, err := webhooksim.New(webhooksim.Config{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

const good = `{"type":"a.b","timestamp":"2026-11-25T08:00:00Z","data":{"appeal":"x"}}`

// TestReceive: what is authentic is taken, once and again; all else is refused.
func TestReceive(t *testing.T) {
	sim := newSim(t)
	bare := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(good))
	stamp := post(t, webhooksim.DefaultSecret, "1", good, start)
	stamp.Header.Set("webhook-timestamp", "now")
	for name, test := range map[string]struct {
		r    *http.Request
		want int
	}{
		"taken":        {post(t, webhooksim.DefaultSecret, "1", good, start.Add(-4*time.Minute)), 204},
		"again":        {post(t, webhooksim.DefaultSecret, "1", good, start.Add(4*time.Minute)), 204},
		"unsigned":     {bare, 400},
		"no number":    {stamp, 400},
		"too old":      {post(t, webhooksim.DefaultSecret, "2", good, start.Add(-6*time.Minute)), 401},
		"too new":      {post(t, webhooksim.DefaultSecret, "2", good, start.Add(6*time.Minute)), 401},
		"another key":  {post(t, otherSecret, "2", good, start), 401},
		"no message":   {post(t, webhooksim.DefaultSecret, "2", `{"type":"a"}`, start), 400},
		"no JSON":      {post(t, webhooksim.DefaultSecret, "2", `{`, start), 400},
		"too long":     {post(t, webhooksim.DefaultSecret, "2", strings.Repeat(" ", 2<<20), start), 413},
		"other method": {httptest.NewRequest(http.MethodHead, "/", nil), 405},
	} {
		if got := serve(sim, test.r).Code; got != test.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := serve(sim, post(t, webhooksim.DefaultSecret, "1", strings.Replace(good, "x", "y", 1), start)).Code; got != 409 {
		t.Errorf("other bytes: %d", got)
	}
	if got := sim.Messages("x"); len(got) != 1 || got[0].Times != 2 || len(got[0].Attempts) != 2 || string(got[0].Body) != good {
		t.Errorf("got %+v", got)
	}
}

// TestControl: the same over HTTP, other secrets, and faults.
func TestControl(t *testing.T) {
	sim := newSim(t)
	serve(sim, post(t, webhooksim.DefaultSecret, "1", good, start))
	serve(sim, post(t, otherSecret, "2", good, start))
	if got := serve(sim, httptest.NewRequest("GET", "/_sim/summary", nil)).Body.String(); got != `{"messages":1,"refused":{"401":1},"taken":1}` {
		t.Errorf("got %s", got)
	}
	if got := serve(sim, httptest.NewRequest("POST", "/_sim/secrets", strings.NewReader(`{"secrets":["`+otherSecret+`"]}`))).Code; got != 204 {
		t.Errorf("secrets: %d", got)
	}
	if got := serve(sim, httptest.NewRequest("POST", "/_sim/secrets", strings.NewReader(`{"secrets":["whsec_!"]}`))).Code; got != 400 {
		t.Errorf("bad secrets: %d", got)
	}
	serve(sim, httptest.NewRequest("POST", "/_sim/faults", strings.NewReader(`{"fault":"status","status":503,"times":1}`)))
	for _, want := range []int{503, 204} {
		if got := serve(sim, post(t, otherSecret, "2", good, start)).Code; got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	var all []webhooksim.Message
	if err := json.Unmarshal(serve(sim, httptest.NewRequest("GET", "/_sim/messages?appeal=x", nil)).Body.Bytes(), &all); err != nil || len(all) != 2 || all[1].ID != "2" {
		t.Errorf("got %+v, %v", all, err)
	}
	serve(sim, httptest.NewRequest("DELETE", "/_sim/messages", nil))
	if got := sim.Messages(""); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
	if _, err := webhooksim.New(webhooksim.Config{Secrets: []string{"whsec_!"}}); err == nil {
		t.Error("a bad secret is taken")
	}
}
