package httpx

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// Do sends req and returns the answer if its status is 2xx; the caller closes
// its body. Any other outcome is an *sdk.Error with op: a failed transport is
// Transient (sdk.TimedOut sees through it), and so is a redirect that the client
// refuses, or that ends in a refusal of the item: a login page or another address
// put before the system is no answer about the item. A refusal has the kind of its status and quotes the server's
// own words, at most 64 KiB of which are read. No error holds the request's
// address.
func Do(client *http.Client, req *http.Request, op string) (*http.Response, error) {
	resp, err := client.Do(req)
	switch {
	case err != nil && resp != nil: // the client's CheckRedirect refused; the body is closed
		return nil, sdk.Errorf(sdk.Transient, op, "redirect refused: %s", redirectWords(resp))
	case err != nil:
		return nil, transport(op, err)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, astray(resp, refusal(resp, op))
	case resp.Request != nil && resp.Request.Method != method(req):
		resp.Body.Close()
		return nil, sdk.Errorf(sdk.Transient, op, "redirect turned %s into %s: nothing was delivered", method(req), resp.Request.Method)
	}
	return resp, nil
}

// astray is the refusal with which resp came, as it counts where it came after a
// redirect: what the system does not have or take there need not be the item.
func astray(resp *http.Response, refusal *sdk.Error) error {
	if resp.Request == nil || resp.Request.Response == nil {
		return refusal
	}
	switch refusal.Kind {
	case sdk.Rejected, sdk.NotFound, sdk.Conflict, sdk.Unsupported:
		return sdk.Errorf(sdk.Transient, refusal.Op, "after a redirect: %s", refusal.Err)
	}
	return refusal
}

func method(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}

// transport classifies a failure to send or to read. A url.Error prints the
// address, so only its cause is kept; a header may hold a file's name.
func transport(op string, err error) error {
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	if strings.Contains(err.Error(), "Location header") { // net/http quotes the header
		return sdk.Errorf(sdk.Transient, op, "redirect to an address that can't be read")
	}
	return &sdk.Error{Kind: sdk.Transient, Op: op, Err: unquoted(err)}
}

// ErrMalformed says that a line of an answer's header is whole and breaks HTTP.
var ErrMalformed = errors.New("answer's header is not HTTP's")

// errCut says that an answer's header ends too early, as where a connection is
// lost, or never was one.
var errCut = errors.New("answer's header is cut short, or not HTTP's")

// unquoted replaces the errors of net/http that quote what came.
func unquoted(err error) error {
	var broken textproto.ProtocolError
	switch {
	case errors.As(err, &broken) && strings.HasPrefix(string(broken), "malformed MIME header line"):
		return ErrMalformed
	case errors.As(err, &broken), strings.Contains(err.Error(), "malformed HTTP"):
		return errCut
	}
	return err
}

// redirectWords names the status and the host that a redirect leads to, never
// the whole address.
func redirectWords(resp *http.Response) string {
	if to, err := resp.Location(); err == nil && to.Host != "" {
		return fmt.Sprintf("HTTP %d to host %s", resp.StatusCode, to.Host)
	}
	return fmt.Sprintf("HTTP %d", resp.StatusCode)
}
