package pos

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// call sends what build makes, with a token. A 401 gets one more try with a new
// token; the second one is Denied.
func (c *Connector) call(ctx context.Context, op string, build func(context.Context) (*http.Request, error)) (*http.Response, error) {
	for last := false; ; last = true {
		token, err := c.tokens.get(ctx)
		if err != nil {
			return nil, named(op, err)
		}
		req, err := build(ctx)
		if err != nil {
			return nil, named(op, err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := httpx.Do(c.http, req, op)
		if httpx.StatusOf(err) != http.StatusUnauthorized {
			return resp, err
		}
		c.tokens.drop(token)
		if last {
			return nil, err
		}
	}
}

// post sends JSON and makes sure that it was the platform that said yes: a page
// for people with status 200 is no receipt.
func (c *Connector) post(ctx context.Context, op, address string, body []byte) error {
	resp, err := c.call(ctx, op, func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Accept", "application/json")
		if body != nil {
			req.Header.Set("Content-Type", "application/json;charset=UTF-8")
		}
		return req, nil
	})
	if err != nil {
		return err
	}
	reply, err := httpx.ReadBody(resp, maxReply, op)
	if err != nil {
		return err
	}
	if httpx.IsHTML(resp.Header, reply) {
		return sdk.Errorf(sdk.Transient, op, "an HTML page instead of a receipt")
	}
	return nil
}

// named puts op before an error that has its own; its kind and wish stay.
func named(op string, err error) error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	return &sdk.Error{Kind: e.Kind, Op: op, After: e.After, Err: err}
}

// cause returns what lies under an sdk.Error.
func cause(err error) error {
	var e *sdk.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err
	}
	return err
}
