package pos_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
)

const tokenPath = "/user-service/oauth/token"

func fetch(t *testing.T, c interface {
	FetchAppeals(context.Context, sdk.Cursor) (sdk.Page[sdk.Appeal], error)
}) error {
	t.Helper()
	_, err := c.FetchAppeals(t.Context(), "")
	return err
}

func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	for life, early := range map[time.Duration]time.Duration{time.Hour: 30 * time.Second, time.Minute: 6 * time.Second} {
		p := startPortal(t, possim.Config{TokenLife: life})
		now := &clock{now: time.Now()}
		c := open(t, options(p.url), now.Now)
		want := func(tokens int) {
			t.Helper()
			if err := fetch(t, c); err != nil {
				t.Fatal(err)
			}
			if got := p.requests("POST", tokenPath); got != tokens {
				t.Errorf("%s: %d tokens were asked for, want %d", life, got, tokens)
			}
		}
		want(1)
		now.advance(life - early - time.Second)
		want(1)
		now.advance(2 * time.Second)
		want(2)
		if got := p.requests("GET", "/appeal-service/edms"); got != 3 {
			t.Errorf("%s: %d requests, want 3: none was refused", life, got)
		}
	}
}

// TestTokenWithoutALife: a token that says not how long it lives is used until it
// is refused, whatever the one before said.
func TestTokenWithoutALife(t *testing.T) {
	given, now := 0, &clock{now: time.Now()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		life := ""
		if r.URL.Path != tokenPath {
			_, _ = io.WriteString(w, `{"content":[],"last":true}`)
			return
		}
		if given++; given == 1 {
			life = `,"expires_in":60`
		}
		_, _ = io.WriteString(w, `{"access_token":"t"`+life+`}`)
	}))
	t.Cleanup(server.Close)
	c := open(t, options(server.URL), now.Now)
	for range 4 {
		if err := fetch(t, c); err != nil {
			t.Fatal(err)
		}
		now.advance(time.Hour)
	}
	if given != 2 {
		t.Errorf("%d tokens were asked for, want 2", given)
	}
}

// TestTokenServiceAsksToWait: how long to wait is told with the failure.
func TestTokenServiceAsksToWait(t *testing.T) {
	for status, kind := range map[int]sdk.Kind{http.StatusServiceUnavailable: sdk.Transient, http.StatusTooManyRequests: sdk.Throttled} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
		}))
		t.Cleanup(server.Close)
		err := fetch(t, open(t, options(server.URL), time.Now))
		wantKind(t, err, kind, "get token")
		if sdk.AfterOf(err) != 7*time.Second {
			t.Errorf("%d: after %s", status, sdk.AfterOf(err))
		}
	}
}

func TestTokenIsRenewedOnceAfter401(t *testing.T) {
	p := startPortal(t, possim.Config{})
	c := connect(t, p)
	if err := fetch(t, c); err != nil {
		t.Fatal(err)
	}
	p.control("POST", "tokens/revoke", nil, nil)
	if err := fetch(t, c); err != nil {
		t.Errorf("a revoked token: %v", err)
	}
	p.fault(`{"fault":"status","status":401,"path":"/appeal-service","body":"{\"messages\":[\"Токен неизвестен\"]}"}`)
	wantKind(t, fetch(t, c), sdk.Denied, "401")
	if got := p.requests("GET", "/appeal-service"); got != 5 {
		t.Errorf("%d requests, want 5: one, two with a revoked token, two refused", got)
	}
	if got := p.requests("POST", tokenPath); got != 3 {
		t.Errorf("%d tokens, want 3", got)
	}
}

func TestForbiddenIsNotTriedAgain(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.fault(`{"fault":"status","status":403,"path":"/appeal-service"}`)
	wantKind(t, fetch(t, connect(t, p)), sdk.Denied, "403")
	if got := p.requests("GET", "/appeal-service"); got != 1 {
		t.Errorf("%d requests", got)
	}
}

func TestWrongCredentials(t *testing.T) {
	p := startPortal(t, possim.Config{})
	for option, says := range map[string]string{"username": "invalid_grant", "password": "invalid_grant", "client_id": "invalid_client", "client_secret": "invalid_client"} {
		c := connect(t, p, option, "Смирнова")
		wantKind(t, c.Check(t.Context()), sdk.Denied, says)
		wantKind(t, fetch(t, c), sdk.Denied, "fetch appeals: get token: ")
		wantKind(t, c.Ack(t.Context(), "1", "2"), sdk.Denied, says)
	}
}

func TestCheckAsksThePlatform(t *testing.T) {
	p := startPortal(t, possim.Config{})
	c := connect(t, p)
	for range 2 {
		if err := c.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := p.requests("POST", tokenPath); got != 2 {
		t.Errorf("%d requests, want one for each check", got)
	}
}

// TestTroubleWithTokensIsTheLinks: nothing that goes wrong on the way to a
// token may condemn the appeal that needed it.
func TestTroubleWithTokensIsTheLinks(t *testing.T) {
	for fault, want := range map[string]struct {
		kind sdk.Kind
		says string
	}{
		`"fault":"html"`:                                            {sdk.Transient, "HTML page"},
		`"fault":"garbage"`:                                         {sdk.Transient, "not JSON"},
		`"fault":"drop_before"`:                                     {sdk.Transient, "get token"},
		`"fault":"status","status":404`:                             {sdk.Transient, "404"},
		`"fault":"status","status":500`:                             {sdk.Transient, "500"},
		`"fault":"status","status":200,"body":"{}"`:                 {sdk.Transient, "no access_token"},
		`"fault":"throttle","retry_after":"9"`:                      {sdk.Throttled, "429"},
		`"fault":"redirect","location":"http://evil.example/x"`:     {sdk.Transient, "redirect"},
		`"fault":"status","status":400,"body":"{\"error\":\"no\"}"`: {sdk.Denied, "no"},
	} {
		p := startPortal(t, possim.Config{})
		p.fault(`{"path":"` + tokenPath + `",` + fault + `}`)
		wantKind(t, fetch(t, connect(t, p)), want.kind, want.says)
	}
}

func TestConcurrentCallersShareOneToken(t *testing.T) {
	var tokens atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == tokenPath {
			tokens.Add(1)
			_, _ = io.WriteString(w, `{"access_token":"t","expires_in":"3600"}`)
			return
		}
		_, _ = io.WriteString(w, `{"content":[]}`)
	}))
	defer server.Close()
	c := open(t, options(server.URL), time.Now)
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() {
			if err := fetch(t, c); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := tokens.Load(); got != 1 {
		t.Errorf("%d tokens were asked for", got)
	}
}

// TestLeaderGivesUp: a caller that leaves while it gets the token for all does
// not fail the others.
func TestLeaderGivesUp(t *testing.T) {
	asked := make(chan struct{}, 10)
	var first atomic.Bool
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != tokenPath {
			_, _ = io.WriteString(w, `{"content":[]}`)
			return
		}
		_, _ = io.ReadAll(r.Body)
		asked <- struct{}{}
		if first.CompareAndSwap(false, true) {
			select {
			case <-r.Context().Done():
			case <-release:
			}
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"t"}`)
	}))
	defer server.Close()
	defer close(release)
	c := open(t, options(server.URL), time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	leader, follower := make(chan error, 1), make(chan error, 1)
	go func() { _, err := c.FetchAppeals(ctx, ""); leader <- err }()
	<-asked
	go func() { follower <- fetch(t, c) }()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := c.FetchAppeals(gone, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("one that left while it waited got %v", err)
	}
	cancel()
	if err := <-leader; !errors.Is(err, context.Canceled) {
		t.Errorf("the leader got %v", err)
	}
	if err := <-follower; err != nil {
		t.Errorf("the follower got %v", err)
	}
}

func TestTokenRequestOnTheWire(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == tokenPath {
			id, secret, _ := r.BasicAuth()
			body, _ := io.ReadAll(r.Body)
			got = strings.Join([]string{r.Method, r.Header.Get("Content-Type"), id, secret, string(body)}, " ")
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	c := open(t, options(server.URL), time.Now)
	wantKind(t, c.Check(t.Context()), sdk.Denied, "401")
	want := "POST application/x-www-form-urlencoded edms pos-secret grant_type=password&password=pos-password&scope=any&username=hub"
	if got != want {
		t.Errorf("got %s", got)
	}
}
