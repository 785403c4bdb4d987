package runbook

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/testdata"
)

// lives has the fifty fixtures come: with files, refusals, prolongations, repeated
// consideration and ratings.
func (p *play) lives(t *testing.T) []testdata.Fixture {
	t.Helper()
	fixtures, err := testdata.Appeals()
	must(t, err)
	var items []map[string]any
	for _, f := range fixtures {
		must(t, stage.Call(t.Context(), "POST", p.set.RX+"/_sim/scripts", f.Official, nil))
		item := map[string]any{"name": f.Name, "item": f.Item}
		if f.Files != nil {
			item["files"] = f.Files
		}
		if f.Applicant != nil {
			item["applicant"] = f.Applicant
		}
		items = append(items, item)
	}
	must(t, stage.Call(t.Context(), "POST", p.set.POS+"/_sim/items", items, nil))
	p.items += len(items)
	return fixtures
}

// played waits until applicants have done what the fixtures say, and all is
// answered.
func (p *play) played(t *testing.T, fixtures []testdata.Fixture) {
	t.Helper()
	reworks, ratings := 0, 0
	for _, f := range fixtures {
		if strings.Contains(string(f.Applicant), `"rework"`) {
			reworks++
		}
		if strings.Contains(string(f.Applicant), `"rate"`) {
			ratings++
		}
	}
	p.await(t, fmt.Sprintf("%d appeals are considered again, %d rated", reworks, ratings), func(ctx context.Context) (string, error) {
		var items []portalItem
		err := stage.Call(ctx, "GET", p.set.POS+"/_sim/items", nil, &items)
		again, rated := 0, 0
		for _, i := range items {
			again, rated = again+len(i.Reworks), rated+len(i.Ratings)
		}
		if again < reworks || rated < ratings {
			return fmt.Sprintf("%d and %d", again, rated), err
		}
		return "", err
	})
	p.once(t)
}

// registered wants a document for every appeal.
func (p *play) registered(ctx context.Context) (string, error) {
	var rx struct {
		Counts map[string]int `json:"counts"`
	}
	err := stage.Call(ctx, "GET", p.set.RX+"/_sim/state", nil, &rx)
	if got, want := rx.Counts["IRequests"], p.items+len(p.keys); got < want {
		return fmt.Sprintf("%d of %d", got, want), err
	}
	return "", err
}
