// Package pos connects the Feedback Platform («Платформа обратной связи», ПОС)
// by its REST exchange for document systems: appeals are polled page by page,
// acknowledged by mark-accepted, and answered with progress messages, interim
// and final answers whose files are uploaded first.
//
// The platform's description is not public; what is known comes from working
// clients. What is not known is an option or is said so where it is decided:
// the field that marks an appeal under 59-ФЗ (option kind_59fz), the zone of
// times that come without one (option time_zone), the page's size (option
// page_size), the hosts of files (option file_hosts), the values of
// appealIssueType and the shape of reassignmentInfo (both are left out), and how
// repeated consideration and ratings come after acceptance: here an item is
// served again with the members repeatedConsideration and answerRating, which is
// this project's own convention.
//
// The package is not the hub: it keeps nothing, retries nothing (but one request
// after a token that the platform no longer takes) and decides no term.
package pos

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// Spec describes the connector and its options.
func Spec() sdk.Spec {
	return sdk.Spec{
		Name:             "pos",
		Summary:          "Feedback Platform (ПОС): polls appeals, returns progress and answers",
		Options:          options(),
		AttachmentsFirst: true,
		Open:             Open,
	}
}

// Open reads the options and returns a *Connector. It makes no request.
func Open(_ context.Context, env sdk.Env) (sdk.Connector, error) {
	cfg, err := readConfig(env.Options)
	if err != nil {
		return nil, err
	}
	client := env.HTTP
	if client == nil {
		client = &http.Client{}
	}
	return &Connector{
		cfg:    cfg,
		link:   env.Link,
		http:   client,
		tokens: newTokens(cfg, client, env.Now),
		marked: env.LocalTimes,
	}, nil
}

// Connector is one account on the platform. It is safe for concurrent use.
type Connector struct {
	cfg    config
	link   string
	http   *http.Client
	tokens *tokens
	marked *time.Location // see mapping
}

// Close gives up idle connections.
func (c *Connector) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// maxPage bounds one page of appeals, in bytes; its items' texts are not limited
// otherwise.
const maxPage = 64 << 20

const opFetch = "fetch appeals"

// FetchAppeals returns the page of appeals not yet accepted whose number the
// cursor holds; the first page follows the last one. While pages are read the
// list may change: an item may come twice, or be missed until the next sweep.
// An item that breaks its page's JSON is rejected alone: see oneByOne.
func (c *Connector) FetchAppeals(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	number, err := pageNumber(after)
	if err != nil {
		return sdk.Page[sdk.Appeal]{}, sdk.Errorf(sdk.Invalid, opFetch, "cursor: %w", err)
	}
	body, wire, err := c.readPage(ctx, c.cfg.pageQuery(number))
	if errors.Is(err, httpx.ErrBroken) && holdsItems(body) {
		return c.oneByOne(ctx, number, c.cfg.sizeOf(body))
	}
	if err != nil {
		return sdk.Page[sdk.Appeal]{}, err
	}
	if !wire.known() {
		return sdk.Page[sdk.Appeal]{}, sdk.Errorf(sdk.Invalid, opFetch, "answer has no member content")
	}
	out := c.mapping().page(wire.Content)
	if wire.goesOn(number) {
		out.More, out.Volatile, out.Next = true, true, sdk.Cursor(strconv.Itoa(number+1))
	}
	return out, nil
}

// readPage reads a page; its body comes with an error of decoding too.
func (c *Connector) readPage(ctx context.Context, query string) (body []byte, wire page, err error) {
	resp, err := c.call(ctx, opFetch, func(ctx context.Context) (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.cfg.address("appeal-service", "edms")+query, nil)
		if err == nil {
			req.Header.Set("Accept", "application/json")
		}
		return req, err
	})
	if err != nil {
		return nil, page{}, err
	}
	if body, err = httpx.ReadBody(resp, maxPage, opFetch); err != nil {
		return nil, page{}, err
	}
	err = httpx.DecodeJSON(resp, body, opFetch, &wire)
	return body, wire, err
}

func pageNumber(after sdk.Cursor) (int, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(string(after), 10, 31)
	if err != nil {
		return 0, strconv.ErrSyntax
	}
	return int(n), nil
}

// DeliverStatus sends a progress message, an interim or a final answer as the
// change says. What the platform has no word for (received, delivered, closed,
// rework, a rating) is not sent and yields an empty receipt. The bytes depend on
// to and s only.
func (c *Connector) DeliverStatus(ctx context.Context, to sdk.Ref, s sdk.StatusChange) (sdk.Receipt, error) {
	const op = "deliver status"
	if !validID(to.ID) {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "reference holds no id of the platform's")
	}
	body, told, err := c.cfg.answer(to, s)
	if err != nil {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "%w", err)
	}
	if !told {
		return sdk.Receipt{}, nil
	}
	if err := c.post(ctx, op, c.cfg.address("appeal-service", "edms", to.ID), body); err != nil {
		return sdk.Receipt{}, err
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: to.ID}}, nil
}

var (
	_ sdk.AppealSource   = (*Connector)(nil)
	_ sdk.StatusSink     = (*Connector)(nil)
	_ sdk.AttachmentSink = (*Connector)(nil)
	_ sdk.Attacher       = (*Connector)(nil)
	_ sdk.Acker          = (*Connector)(nil)
	_ sdk.Checker        = (*Connector)(nil)
	_ sdk.Rereader       = (*Connector)(nil)
)
