// Package webhook tells a URL of the terms of appeals: what is near, has passed,
// was withdrawn or moved, each as one POST of JSON signed as Standard Webhooks
// (https://www.standardwebhooks.com) asks for.
//
//	{"type": "deadline.passed", "timestamp": "2026-11-25T09:00:00.123456Z", "data": {…}}
//
// data is the sdk.Deadline; no personal data is in it. webhook-id is the event's
// id and body the same bytes on every retry; webhook-timestamp is the attempt's,
// so the signature differs. A receiver may get a message more than once and
// knows it by its id.
//
// What an answer means:
//
//   - 2xx: taken, whatever its body says.
//   - 401, 403, 407: Denied. So is 410, by which a receiver asks to be left alone,
//     and 3xx, since no redirect is followed: the endpoint is at fault and no
//     message is, so the link is paused and told of, and every message waits.
//   - 429: Throttled.
//   - 408, 425, 5xx, and no answer: Transient. Retry-After counts.
//   - any other: Rejected.
//
// The package is not the hub: it keeps nothing, retries nothing and decides no
// term.
package webhook

import (
	"context"
	"net/http"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Spec describes the connector and its options.
func Spec() sdk.Spec {
	return sdk.Spec{
		Name:    "webhook",
		Summary: "Webhook: tells a URL of terms that are near, have passed or moved (Standard Webhooks)",
		Options: options(),
		Open:    Open,
	}
}

// Open reads the options and returns a *Connector. It makes no request.
func Open(_ context.Context, env sdk.Env) (sdk.Connector, error) {
	cfg, err := readConfig(env.Options)
	if err != nil {
		return nil, err
	}
	c := &Connector{cfg: cfg, now: env.Now}
	if env.HTTP != nil {
		c.http = *env.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Connector is one endpoint. It is safe for concurrent use.
type Connector struct {
	cfg  config
	http http.Client // the hub's, following no redirect
	now  func() time.Time
}

// Close gives up idle connections.
func (c *Connector) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// DeliverDeadline posts n; to counts for nothing. What the options leave out is
// taken without a request.
func (c *Connector) DeliverDeadline(ctx context.Context, _ sdk.Ref, n sdk.Deadline) (sdk.Receipt, error) {
	if !c.cfg.wants(&n) {
		return sdk.Receipt{}, nil
	}
	return sdk.Receipt{}, c.post(ctx, &n)
}

var (
	_ sdk.DeadlineSink = (*Connector)(nil)
	_ sdk.Checker      = (*Connector)(nil)
)
