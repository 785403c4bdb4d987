package webhook

import (
	"context"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// Check sends a HEAD without a signature: by HTTP's rules it changes nothing,
// and a receiver takes nothing that is unsigned. A connection alone would not do:
// it succeeds at a gateway whose receiver is down, which answers 502 to 504.
//
// Many receivers refuse a HEAD in one way or another, with 401, 404 or 405. All
// that this shows is that they are there: neither the secret nor the path can be
// tried without a message. A redirect is told of as Invalid, 410 as Denied.
func (c *Connector) Check(ctx context.Context) error {
	const op = "check"
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.cfg.url, nil)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	resp, err := httpx.Do(&c.http, req, op)
	if err == nil {
		resp.Body.Close()
		return nil
	}
	switch code := httpx.StatusOf(err); code {
	case 0, http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return err
	case http.StatusGone:
		return judged(err)
	default:
		if code < 400 {
			return sdk.Errorf(sdk.Invalid, op, "%w", err)
		}
	}
	return nil
}
