//go:build services

package runbook

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// same is known, and waits until nothing is left to do; then both systems must hold
// what they held.
func (p *play) same(t *testing.T, was seen) {
	t.Helper()
	p.known(t, was)
	p.await(t, "all deliveries are settled", p.idle)
	if diff := cmp.Diff(was.outside, p.picture(t)); diff != "" {
		t.Errorf("the systems hold something else than before (-before +after):\n%s", diff)
	}
}
