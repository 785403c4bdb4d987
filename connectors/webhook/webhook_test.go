package webhook_test

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/sdk"
)

func taken(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }

// verified reports whether the specification's own library takes the request.
func verified(t *testing.T, secret string, r request) error {
	t.Helper()
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return wh.Verify(r.body, r.header)
}

// TestMessage is what goes over the wire, to the byte.
func TestMessage(t *testing.T) {
	e := newEndpoint(t, taken)
	h := open(t, e.URL+"/hook/?key=a")
	if err := h.tell(t, passed()); err != nil {
		t.Fatal(err)
	}
	got := e.requests()
	if len(got) != 1 || got[0].method != "POST" || got[0].uri != "/hook/?key=a" {
		t.Fatalf("got %+v", got)
	}
	const want = `{"type":"deadline.passed","timestamp":"2026-11-25T09:00:00.123456Z","data":{"id":"01a20beb-100d-72f6-acf1-c24e3dd37bf3","news":"passed",` +
		`"at":"2026-11-25T09:00:00.123456Z","appeal":"01a20beb-0000-72f6-acf1-c24e3dd37bf3","source":{"link":"pos","id":"1000001"},"organisation":"adm","term":"answer","due":"2026-11-24"}}`
	if string(got[0].body) != want {
		t.Errorf("got  %s\nwant %s", got[0].body, want)
	}
	header := got[0].header
	if header.Get("webhook-id") != passed().ID || header.Get("webhook-timestamp") != strconv.FormatInt(h.now.Unix(), 10) || header.Get("Content-Type") != "application/json" {
		t.Errorf("got %v", header)
	}
	if err := verified(t, webhooksim.DefaultSecret, got[0]); err != nil {
		t.Error(err)
	}
	if verified(t, otherSecret, got[0]) == nil {
		t.Error("another key verifies it too")
	}
}

// TestRetry: another attempt, in another zone, has the same id and bytes, and its
// own time and signature.
func TestRetry(t *testing.T) {
	e := newEndpoint(t, taken)
	h := open(t, e.URL+"/hook/")
	n := passed()
	n.DueAt = n.At.Add(time.Hour)
	first := h.tell(t, n)
	h.now = h.now.Add(time.Minute)
	n.At, n.DueAt = n.At.In(time.UTC), n.DueAt.In(time.FixedZone("", -60*60))
	if err := h.tell(t, n); first != nil || err != nil {
		t.Fatal(first, err)
	}
	got := e.requests()
	if got[0].uri != "/hook/" {
		t.Errorf("posted to %s", got[0].uri)
	}
	if !bytes.Equal(got[0].body, got[1].body) || got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") {
		t.Errorf("%s\n%s", got[0].body, got[1].body)
	}
	if got[0].header.Get("webhook-timestamp") == got[1].header.Get("webhook-timestamp") || got[0].header.Get("webhook-signature") == got[1].header.Get("webhook-signature") {
		t.Errorf("%v", got[1].header)
	}
	if err := verified(t, webhooksim.DefaultSecret, got[1]); err != nil {
		t.Error(err)
	}
}

// TestRotation: while a secret is changed, those who have the new one and those
// who have the old one verify the same message.
func TestRotation(t *testing.T) {
	e := newEndpoint(t, taken)
	if err := open(t, e.URL, "secret_previous", otherSecret).tell(t, passed()); err != nil {
		t.Fatal(err)
	}
	got := e.requests()[0]
	if n := len(strings.Split(got.header.Get("webhook-signature"), " ")); n != 2 {
		t.Errorf("%d signatures", n)
	}
	for _, secret := range []string{webhooksim.DefaultSecret, otherSecret} {
		if err := verified(t, secret, got); err != nil {
			t.Error(err)
		}
		_, url := receiver(t, secret)
		if err := open(t, url, "secret_previous", otherSecret).tell(t, passed()); err != nil {
			t.Error(err)
		}
	}
	_, url := receiver(t, otherSecret)
	if err := open(t, url).tell(t, passed()); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("without the old one: %v", err)
	}
}

// TestFilters: what is left out is taken without a request.
func TestFilters(t *testing.T) {
	for name, test := range map[string]struct {
		options []any
		sent    bool
	}{
		"all":           {nil, true},
		"its term":      {[]any{"terms", "answer"}, true},
		"its news":      {[]any{"news", []any{"near", "passed"}}, true},
		"another term":  {[]any{"terms", []any{"rework"}}, false},
		"other news":    {[]any{"news", "near"}, false},
		"term not news": {[]any{"terms", "answer", "news", "moved"}, false},
		"news not term": {[]any{"terms", "return", "news", "passed"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, taken)
			if err := open(t, e.URL, test.options...).tell(t, passed()); err != nil {
				t.Error(err)
			}
			if sent := len(e.requests()) == 1; sent != test.sent {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

// TestUnsignable: an id with a full stop would sign other content too.
func TestUnsignable(t *testing.T) {
	e := newEndpoint(t, taken)
	h := open(t, e.URL)
	for _, id := range []string{"", "a.b", "a\r\nb"} {
		n := passed()
		n.ID = id
		if err := h.tell(t, n); sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("%q: %v", id, err)
		}
	}
	if len(e.requests()) != 0 {
		t.Error("it was sent")
	}
}

// TestSimulator: it takes what the connector sends, knows it again, and refuses
// what it should.
func TestSimulator(t *testing.T) {
	sim, url := receiver(t)
	h := open(t, url)
	for range 2 {
		if err := h.tell(t, passed()); err != nil {
			t.Fatal(err)
		}
	}
	n := passed()
	n.Term = "rework"
	if err := h.tell(t, n); sdk.KindOf(err) != sdk.Rejected {
		t.Errorf("other bytes: %v", err)
	}
	h.now = h.now.Add(-6 * time.Minute)
	if err := h.tell(t, passed()); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("too old: %v", err)
	}
	got := sim.Messages(passed().Appeal)
	if len(got) != 1 || got[0].Times != 2 || got[0].Type != "deadline.passed" || len(sim.Messages("another")) != 0 {
		t.Errorf("got %+v", got)
	}
}
