package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// maxReply bounds what is read of an answer, so that its connection can be used
// again, in bytes.
const maxReply = 64 << 10

// message is what is posted.
type message struct {
	Type      string       `json:"type"`
	Timestamp time.Time    `json:"timestamp"` // of the event
	Data      sdk.Deadline `json:"data"`
}

// encode returns the body. Times are written in UTC whatever zone they come in,
// or another node's retry would have other bytes.
func encode(n *sdk.Deadline) ([]byte, error) {
	m := message{Type: "deadline." + string(n.News), Timestamp: n.At.UTC(), Data: *n}
	m.Data.At, m.Data.DueAt = n.At.UTC(), n.DueAt.UTC()
	return json.Marshal(m)
}

// post sends n.
func (c *Connector) post(ctx context.Context, n *sdk.Deadline) error {
	const op = "post deadline"
	if n.ID == "" || strings.ContainsAny(n.ID, ". \r\n") {
		return sdk.Errorf(sdk.Invalid, op, "the event's id is empty, or can't be signed")
	}
	body, err := encode(n)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "the message can't be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.url, bytes.NewReader(body))
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	at := c.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", n.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", sign(c.cfg.keys, n.ID, at, body))
	resp, err := httpx.Do(&c.http, req, op)
	if err != nil {
		return judged(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxReply))
	return nil
}

// judged gives a refusal the kind that its status has among webhooks.
func judged(err error) error {
	var e *sdk.Error
	if code := httpx.StatusOf(err); code != 0 && errors.As(err, &e) {
		e.Kind = kindOfStatus(code)
	}
	return err
}

// kindOfStatus returns what a status other than 2xx means. Denied pauses the
// link and loses nothing, so it stands for all that is wrong with the endpoint
// itself.
func kindOfStatus(code int) sdk.Kind {
	switch {
	case code < 400, code == http.StatusGone, code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired:
		return sdk.Denied
	case code == http.StatusTooManyRequests:
		return sdk.Throttled
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return sdk.Transient
	}
	return sdk.Rejected
}
