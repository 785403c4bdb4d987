package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/appealhub/appealhub/sdk"
)

// Sink is a connector for measurements: one POST an appeal.
func Sink() sdk.Spec {
	return sdk.Spec{
		Name:    "sink",
		Summary: "posts each appeal once, for measurements",
		Options: []sdk.Option{{Name: "url", Summary: "address of the receiver", Required: true}},
		Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
			options := sdk.NewOptionReader([]sdk.Option{{Name: "url", Required: true}}, env.Options)
			s := &sink{link: env.Link, url: options.URL("url") + "/appeals", client: env.HTTP}
			return s, options.Err()
		},
	}
}

type sink struct {
	link, url string
	client    *http.Client
}

var _ sdk.AppealSink = (*sink)(nil)

// Close is io.Closer's.
func (s *sink) Close() error { return nil }

// DeliverAppeal posts the appeal's JSON; the receiver knows it by its id.
func (s *sink) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	body, err := a.AppendJSON(make([]byte, 0, 4<<10))
	if err != nil {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, "deliver", "%w", err)
	}
	if err := post(ctx, s.client, s.url, a.ID, body); err != nil {
		return sdk.Receipt{}, err
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: s.link, ID: a.ID}}, nil
}

// post is what hub and bound both do for an appeal.
func post(ctx context.Context, client *http.Client, url, id string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return sdk.Errorf(sdk.Invalid, "deliver", "%w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Appeal", id)
	resp, err := client.Do(req)
	if err != nil {
		return sdk.Errorf(sdk.Transient, "deliver", "%w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return sdk.Errorf(sdk.Transient, "deliver", "%w", err)
	}
	if resp.StatusCode == http.StatusUnprocessableEntity {
		return &sdk.Error{Kind: sdk.Rejected, Op: "deliver", Err: errors.New("refused")}
	}
	if resp.StatusCode != http.StatusOK {
		return &sdk.Error{Kind: sdk.Transient, Op: "deliver", Err: fmt.Errorf("status %d", resp.StatusCode)}
	}
	return nil
}
