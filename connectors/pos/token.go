package pos

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// tokens holds the platform's access token (OAuth 2 password grant with HTTP
// Basic authentication of the client). Callers that need a new one at the same
// time share one request.
type tokens struct {
	cfg  config
	http *http.Client
	now  func() time.Time

	mu     sync.Mutex
	value  string
	until  time.Time // renew from then on; zero: not before the platform refuses
	flight *flight
}

// flight is one request for a token that is on its way.
type flight struct {
	done  chan struct{}
	value string
	err   error
	gone  bool // its caller gave up: that is not the others' failure
}

func newTokens(cfg config, client *http.Client, now func() time.Time) *tokens {
	if now == nil {
		now = time.Now
	}
	return &tokens{cfg: cfg, http: client, now: now}
}

// get returns a token that is good for now.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	if t.value != "" && (t.until.IsZero() || t.now().Before(t.until)) {
		defer t.mu.Unlock()
		return t.value, nil
	}
	t.mu.Unlock()
	return t.renew(ctx)
}

// drop forgets a token that the platform refused, unless it is replaced already.
func (t *tokens) drop(value string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.value == value {
		t.value = ""
	}
}

// renew gets a new token, or waits for the one that another caller is getting.
func (t *tokens) renew(ctx context.Context) (string, error) {
	for {
		f, mine := t.join()
		if mine {
			t.fly(ctx, f)
			return f.value, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return "", &sdk.Error{Kind: sdk.Transient, Op: "get token", Err: ctx.Err()}
		}
		if !f.gone {
			return f.value, f.err
		}
	}
}

func (t *tokens) join() (f *flight, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight == nil {
		t.flight = &flight{done: make(chan struct{})}
		return t.flight, true
	}
	return t.flight, false
}

func (t *tokens) fly(ctx context.Context, f *flight) {
	asked := t.now()
	var life time.Duration
	f.value, life, f.err = t.fetch(ctx)
	f.gone = f.err != nil && ctx.Err() != nil
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.err == nil {
		t.value, t.until = f.value, time.Time{}
		if life > 0 {
			t.until = asked.Add(life - min(life/10, 30*time.Second))
		}
	}
	t.flight = nil
	close(f.done)
}

// maxReply bounds short answers, in bytes.
const maxReply = 1 << 20

func (t *tokens) fetch(ctx context.Context) (value string, life time.Duration, err error) {
	const op = "get token"
	form := url.Values{"grant_type": {"password"}, "username": {t.cfg.username}, "password": {t.cfg.password}, "scope": {t.cfg.scope}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.cfg.address("user-service", "oauth", "token"), strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	req.SetBasicAuth(t.cfg.clientID, t.cfg.clientSecret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := httpx.Do(t.http, req, op)
	if err != nil {
		return "", 0, tokenRefusal(op, err)
	}
	var reply struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   text   `json:"expires_in"` // seconds; a number, or a number as text
	}
	if err := httpx.ReadJSON(resp, maxReply, op, &reply); err != nil {
		return "", 0, tokenRefusal(op, err)
	}
	if reply.AccessToken == "" {
		return "", 0, sdk.Errorf(sdk.Transient, op, "answer has no access_token")
	}
	return reply.AccessToken, lifetime(string(reply.ExpiresIn)), nil
}

// lifetime reads expires_in; 0 where it can't be read: the token is used until
// it is refused.
func lifetime(seconds string) time.Duration {
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil || !(n > 0 && n < 1e9) {
		return 0
	}
	return time.Duration(n) * time.Second
}

// tokenRefusal gives a failure to get a token its meaning for whatever needed
// it: a refused login (RFC 6749 §5.2 answers 400 or 401) is Denied; anything
// else is the link's trouble and must not condemn the appeal at hand, so it is
// Transient.
func tokenRefusal(op string, err error) error {
	e := &sdk.Error{Kind: sdk.Transient, Op: op, After: sdk.AfterOf(err), Err: cause(err)}
	switch status := httpx.StatusOf(err); {
	case status == http.StatusBadRequest, sdk.KindOf(err) == sdk.Denied:
		e.Kind = sdk.Denied
	case sdk.KindOf(err) == sdk.Throttled:
		e.Kind = sdk.Throttled
	}
	return e
}
