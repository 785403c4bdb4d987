package intake

import (
	"context"
	"fmt"
	"net/http"

	"github.com/appealhub/appealhub/sdk"
)

// Accept takes what a system pushes to the link and returns the connector's
// reply once all of it is durable. What the request holds besides appeals and
// changes, and what of these breaks the schema, is kept as rejected. Nothing is
// acknowledged but by the reply, and a paused link accepts too: it is the hub
// that does not call.
//
// The caller bounds the request's body. A refusal of the connector's comes back
// as its *sdk.Error; NotFound says that there is no such link. Any other error
// is the journal's: nothing may be replied that lets the sender forget it.
func (in *Intake) Accept(ctx context.Context, linkName string, r *http.Request) (sdk.Reply, error) {
	s, known := in.sources[linkName]
	if !known {
		return sdk.Reply{}, sdk.Errorf(sdk.NotFound, "accept", "there is no such link")
	}
	got, err := s.link.Accept(r.WithContext(ctx))
	if err != nil {
		in.failed(in.cfg.Log.With("link", linkName), linkName, "accept", err)
		return sdk.Reply{}, err
	}
	if _, err := in.keep(ctx, in.inbound(linkName, &got), nil); err != nil {
		return sdk.Reply{}, fmt.Errorf("accept: %w", err)
	}
	if got.Reply.Status < 200 || got.Reply.Status > 599 { // none that ends an answer
		got.Reply.Status = http.StatusOK
	}
	return got.Reply, nil
}

func (in *Intake) inbound(link string, got *sdk.Inbound) []item {
	var out []item
	for i := range got.Appeals {
		out = append(out, in.appeal(link, &got.Appeals[i]))
	}
	for i := range got.Statuses {
		out = append(out, in.change(link, &got.Statuses[i], false))
	}
	for i := range got.Rejected {
		out = append(out, in.rejected(link, &got.Rejected[i]))
	}
	return out
}
