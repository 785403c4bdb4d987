package directumrx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// maxReply bounds an answer that is no file, in bytes.
const maxReply = 16 << 20

// request makes a request to a path below the service's address, query
// included.
func (c *Connector) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.cfg.base.String()+"/"+path, body)
	if err != nil {
		return nil, sdk.Errorf(sdk.Invalid, "", "request can't be made")
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cfg.headers {
		req.Header.Set("Username", c.cfg.username)
		req.Header.Set("Password", c.cfg.password)
	} else {
		req.SetBasicAuth(c.cfg.username, c.cfg.password)
	}
	return req, nil
}

// get reads one JSON value.
func (c *Connector) get(ctx context.Context, op, path string, out any) error {
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	resp, err := httpx.Do(c.http, req, op)
	if err != nil {
		return err
	}
	return httpx.ReadJSON(resp, maxReply, op, out)
}

// list reads the entities of a collection, and whether the server holds back
// more of them.
func (c *Connector) list(ctx context.Context, op, path string) (all []json.RawMessage, more bool, err error) {
	var page struct {
		Value []json.RawMessage `json:"value"`
		Next  string            `json:"@odata.nextLink"`
	}
	if err := c.get(ctx, op, path, &page); err != nil {
		return nil, false, err
	}
	if page.Value == nil {
		return nil, false, sdk.Errorf(sdk.Invalid, op, "answer has no member value")
	}
	return page.Value, page.Next != "", nil
}

// maxPages bounds a walk through a set.
const maxPages = 100

// listAll reads the entities of a set that filter takes, by their ids, with
// further query options. A server that holds some of them back is asked on.
func (c *Connector) listAll(ctx context.Context, op, set, filter string, options ...string) ([]object, error) {
	var all []object
	from := filter
	for range maxPages {
		raws, more, err := c.list(ctx, op, set+query(append([]string{"$filter", from, "$orderby", "Id"}, options...)...))
		if err != nil {
			return nil, err
		}
		page, err := decodeEach(op, raws)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if !more || len(page) == 0 {
			break
		}
		last, err := page[len(page)-1].id()
		if err != nil {
			return nil, sdk.Errorf(sdk.Invalid, op, "%w", err)
		}
		from = "Id gt " + strconv.FormatInt(last, 10)
		if filter != "" {
			from = "(" + filter + ") and " + from
		}
	}
	return all, nil
}

// create posts a new entity and returns it. Where the server may have created
// it all the same (the time ran out, the answer can't be read) the error is
// Transient, and after a time-out it asks to wait for the server's own limit:
// whoever looks the entity up sooner may not see it yet.
func (c *Connector) create(ctx context.Context, op, path string, entity object) (made object, err error) {
	err = c.written(op, entity, func(body []byte) (err error) {
		made, err = c.createOnce(ctx, op, path, body)
		return err
	})
	return made, err
}

func (c *Connector) createOnce(ctx context.Context, op, path string, body []byte) (object, error) {
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := c.request(traced, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := httpx.Do(c.http, req, op)
	if err != nil {
		return nil, c.unsettled(op, err, sent.Load())
	}
	var made object
	if err := httpx.ReadJSON(resp, maxReply, op, &made); err != nil {
		return nil, c.unsettled(op, unread(op, err), true)
	}
	if _, err := made.id(); err != nil {
		return nil, unread(op, err)
	}
	return made, nil
}

// unread is an answer to a create that can't be understood.
func unread(op string, err error) error {
	return sdk.Errorf(sdk.Transient, op, "it may be there already, the answer can't be read: %w", err)
}

// unsettled adds the wish to wait to an error that leaves open what the server
// did, or still does.
func (c *Connector) unsettled(op string, err error, sent bool) error {
	status := httpx.StatusOf(err)
	late := sdk.TimedOut(err) || errors.Is(err, context.Canceled) || status == http.StatusGatewayTimeout || status == http.StatusRequestTimeout
	if !sent || !late {
		return err
	}
	return &sdk.Error{Kind: sdk.Transient, Op: op, After: c.cfg.serverTimeout, Err: err}
}

// patch changes properties of an entity.
func (c *Connector) patch(ctx context.Context, op, path string, change object) error {
	return c.send(ctx, http.MethodPatch, op, path, change)
}

// send writes properties of an entity where the answer tells nothing more.
func (c *Connector) send(ctx context.Context, method, op, path string, entity object) error {
	return c.written(op, entity, func(body []byte) error {
		req, err := c.request(ctx, method, path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		return c.done(req, op)
	})
}

// done sends a request whose answer says no more than that it was carried out. A
// page for people is no such answer.
func (c *Connector) done(req *http.Request, op string) error {
	resp, err := httpx.Do(c.http, req, op)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	head, err := io.ReadAll(io.LimitReader(resp.Body, 512))
	if err != nil {
		return sdk.Errorf(sdk.Transient, op, "answer breaks off: %w", err)
	}
	if httpx.IsHTML(resp.Header, head) {
		return sdk.Errorf(sdk.Transient, op, "an HTML page instead of an answer")
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReply)) // so that the connection can be used again
	return nil
}

// named has an error say which document's part it is about; nil stays nil.
func named(err error, of string, doc int64) error {
	var e *sdk.Error
	if !errors.As(err, &e) {
		return err
	}
	return &sdk.Error{Kind: e.Kind, Op: e.Op + of + "document " + strconv.FormatInt(doc, 10), After: e.After, Err: e.Err}
}

// refused reports whether the server understood a request and does not take it
// in this form; another form may do.
func refused(err error) bool {
	switch sdk.KindOf(err) {
	case sdk.Rejected, sdk.NotFound, sdk.Unsupported:
		return httpx.StatusOf(err) != 0
	}
	return false
}
