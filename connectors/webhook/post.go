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
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // of the event
	Data      any       `json:"data"`      // an sdk.Deadline or sdk.Digest
}

// ofDeadline is the news as a message. Times are written in UTC whatever zone they
// come in, or another node's retry would have other bytes.
func ofDeadline(n sdk.Deadline) message {
	n.At, n.DueAt = n.At.UTC(), n.DueAt.UTC()
	return message{Type: "deadline." + string(n.News), Timestamp: n.At, Data: n}
}

// ofDigest is the digest as a message; it is of the beginning of its day.
func ofDigest(d sdk.Digest) message {
	return message{Type: "deadline." + newsDigest, Timestamp: d.Date.In(time.UTC), Data: d}
}

// post sends a message under its id.
func (c *Connector) post(ctx context.Context, id string, m message) error {
	op := "post " + m.Type
	if id == "" || strings.ContainsAny(id, ". \r\n") {
		return sdk.Errorf(sdk.Invalid, op, "the message's id is empty, or can't be signed")
	}
	body, err := json.Marshal(m)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "the message can't be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.url, bytes.NewReader(body))
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	at := c.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", sign(c.cfg.keys, id, at, body))
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
