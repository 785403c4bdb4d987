package pos_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
)

// portal is a simulated platform and its control endpoints.
type portal struct {
	t   *testing.T
	url string
}

func startPortal(t *testing.T, cfg possim.Config) *portal {
	t.Helper()
	server := httptest.NewServer(possim.New(cfg))
	t.Cleanup(server.Close)
	return &portal{t, server.URL}
}

// control sends a control request and decodes the answer into out, if not nil.
func (p *portal) control(method, path string, body, out any) {
	p.t.Helper()
	var payload bytes.Buffer
	if text, ok := body.(string); ok {
		payload.WriteString(text)
	} else if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			p.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+"/_sim/"+path, &payload)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		p.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *portal) fault(body string) { p.t.Helper(); p.control("POST", "faults", body, nil) }

// itemState is what the simulator tells of an item.
type itemState struct {
	Accepted   bool
	Closed     bool
	Round      int
	Served     int
	AcceptedAt []time.Time `json:"accepted_at"`
	Answers    []struct {
		Repeats      int
		Round        int
		BeforeAccept bool `json:"before_accept"`
		Late         bool
		Body         map[string]any
	}
	Uploads []fileState
	Files   []fileState
	Ratings []struct{ Value int }
}

type fileState struct {
	ID, Name  string
	MediaType string `json:"media_type"`
	Size      int64
	SHA256    string
	Content   []byte
}

func (p *portal) item(id string) itemState {
	p.t.Helper()
	var out itemState
	p.control("GET", "items/"+id, nil, &out)
	return out
}

// requests counts the requests with this method and path prefix.
func (p *portal) requests(method, path string) int {
	p.t.Helper()
	var out struct{ Matching int }
	p.control("GET", "requests?method="+method+"&path="+path, nil, &out)
	return out.Matching
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func options(url string, more ...string) sdk.Options {
	o := sdk.Options{"url": url, "username": "hub", "password": "pos-password", "client_id": "edms", "client_secret": "pos-secret"}
	for i := 0; i < len(more); i += 2 {
		o[more[i]] = more[i+1]
	}
	return o
}

// open opens a connector as the hub does: a client that follows no redirect to
// another host.
func open(t *testing.T, o sdk.Options, now func() time.Time) *pos.Connector {
	t.Helper()
	client := &http.Client{
		Transport: &http.Transport{},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if to.URL.Host != via[0].URL.Host || len(via) > 5 {
				return errors.New("another host, or no end")
			}
			return nil
		},
	}
	opened, err := pos.Spec().Open(t.Context(), sdk.Env{Link: "pos", Options: o, Log: slog.New(slog.DiscardHandler), Now: now, HTTP: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened.(*pos.Connector)
}

func connect(t *testing.T, p *portal, more ...string) *pos.Connector {
	t.Helper()
	return open(t, options(p.url, more...), time.Now)
}

// sweep reads pages until the last one.
func sweep(t *testing.T, c *pos.Connector) (items []sdk.Appeal, rejected []sdk.Raw, pages int) {
	t.Helper()
	for cursor := sdk.Cursor(""); ; {
		page, err := c.FetchAppeals(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		items, rejected, pages = append(items, page.Items...), append(rejected, page.Rejected...), pages+1
		if !page.More {
			if page.Next != "" {
				t.Errorf("the last page goes on at %q", page.Next)
			}
			return items, rejected, pages
		}
		cursor = page.Next
	}
}

// fetchOne reads the only item.
func fetchOne(t *testing.T, c *pos.Connector) sdk.Appeal {
	t.Helper()
	items, rejected, _ := sweep(t, c)
	if len(items) != 1 || len(rejected) != 0 {
		t.Fatalf("%d items, rejected %+v", len(items), rejected)
	}
	return items[0]
}

func wantKind(t *testing.T, err error, kind sdk.Kind, says string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s saying %q", kind, says)
	}
	if got := sdk.KindOf(err); got != kind {
		t.Errorf("%v: kind %s, want %s", err, got, kind)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error %q does not say %q", err, says)
	}
	for _, secret := range []string{"pos-password", "pos-secret", "Смирнова", "applicant1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q holds %q", err, secret)
		}
	}
}

// wire starts a platform that is one function, for what the simulator does not
// do; tokens are always given.
func wire(t *testing.T, h http.HandlerFunc, more ...string) *pos.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/user-service/oauth/token" {
			_, _ = io.WriteString(w, `{"access_token":"t","token_type":"bearer"}`)
			return
		}
		h(w, r)
	}))
	t.Cleanup(server.Close)
	return open(t, options(server.URL, more...), time.Now)
}
