package runbook

import (
	"context"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// view is an appeal as the hub tells of it.
type view struct {
	ID       string `json:"id"`
	Status   string `json:"status"`
	Outcome  string `json:"outcome"`
	Revision int    `json:"revision"`
}

// views are all appeals in the journal.
func (p *play) views(ctx context.Context) (map[string]view, error) {
	out := map[string]view{}
	query := url.Values{"limit": {"200"}}
	for {
		var page struct {
			Items []view `json:"items"`
			Next  string `json:"next"`
		}
		if err := stage.Call(ctx, "GET", p.hub()+"/api/v1/appeals?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Items {
			out[a.ID] = a
		}
		if page.Next == "" {
			return out, nil
		}
		query.Set("cursor", page.Next)
	}
}

// seen is what the journal and both systems hold.
type seen struct {
	views   map[string]view
	outside picture
}

func (p *play) look(t *testing.T) seen {
	t.Helper()
	views, err := p.views(t.Context())
	must(t, err)
	return seen{views, p.picture(t)}
}

// known waits until the journal knows again what it knew.
func (p *play) known(t *testing.T, was seen) {
	t.Helper()
	p.await(t, "the journal knows what it knew", func(ctx context.Context) (string, error) {
		is, err := p.views(ctx)
		return cmp.Diff(was.views, is), err
	})
}
