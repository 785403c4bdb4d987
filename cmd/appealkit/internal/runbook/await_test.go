package runbook

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// await waits until done tells of nothing that is missing.
func (p *play) await(t *testing.T, what string, done func(context.Context) (missing string, err error)) {
	t.Helper()
	begun := time.Now()
	for end := begun.Add(45 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		missing, err := done(t.Context())
		if err == nil && missing == "" {
			t.Logf("%s after %v", what, time.Since(begun).Round(10*time.Millisecond))
			return
		}
		if time.Now().After(end) {
			t.Fatalf("in vain: %s: %s %v", what, missing, err)
		}
	}
}

// answered wants every appeal in the journal, in a final status, and every item
// of the portal's accepted and closed.
func (p *play) answered(ctx context.Context) (string, error) {
	views, err := p.views(ctx)
	if err != nil {
		return "", err
	}
	open := 0
	for _, v := range views {
		if !final(v.Status) {
			open++
		}
	}
	var portal struct{ Closed, Waiting int }
	if err := stage.Call(ctx, "GET", p.set.POS+"/_sim/summary", nil, &portal); err != nil {
		return "", err
	}
	if want := p.items + len(p.keys); len(views) != want || open > 0 || portal.Closed < p.items || portal.Waiting > 0 {
		return fmt.Sprintf("%d of %d appeals in the journal, %d open, at the portal %d of %d closed, %d not accepted", len(views), want, open, portal.Closed, p.items, portal.Waiting), nil
	}
	return "", nil
}

func final(status string) bool {
	return slices.Contains([]string{"answered", "refused", "forwarded", "left_unanswered", "closed"}, status)
}

// idle wants no delivery that is not settled.
func (p *play) idle(ctx context.Context) (string, error) {
	open, err := p.open(ctx)
	if open["pos"]+open["rx"] > 0 {
		return fmt.Sprint(open), err
	}
	return "", err
}

// heard wants every appeal in the journal, the EDMS down, and nothing on its way
// to the portal.
func (p *play) heard(ctx context.Context) (string, error) {
	views, err := p.views(ctx)
	if err != nil {
		return "", err
	}
	open, err := p.open(ctx)
	if len(views) < p.items+len(p.keys) || open["rx"] == 0 || open["pos"] > 0 {
		return fmt.Sprintf("%d appeals, %v", len(views), open), err
	}
	return "", err
}

// open counts each link's deliveries that are not settled.
func (p *play) open(ctx context.Context) (map[string]int, error) {
	var links struct {
		Items []struct {
			Name string `json:"name"`
			Open int    `json:"open"`
			Dead int    `json:"dead"`
		} `json:"items"`
	}
	err := stage.Call(ctx, "GET", p.hub()+"/api/v1/links", nil, &links)
	out := map[string]int{}
	for _, l := range links.Items {
		out[l.Name] = l.Open + l.Dead
	}
	return out, err
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
