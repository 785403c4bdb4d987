package crash

import (
	"context"
	"sync"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// gap measures the longest time in which nothing was registered or answered.
type gap struct {
	test *test
	mu   sync.Mutex
	most time.Duration
}

// watch looks until ctx ends.
func (g *gap) watch(ctx context.Context) {
	var before [2]int
	since := time.Now()
	for ctx.Err() == nil {
		if now, ok := g.look(ctx); ok && now != before {
			g.mu.Lock()
			g.most = max(g.most, time.Since(since))
			g.mu.Unlock()
			before, since = now, time.Now()
		}
		wait(ctx, time.Second) // the question costs the simulators more the more they hold
	}
}

func (g *gap) look(ctx context.Context) (now [2]int, ok bool) {
	var rx struct {
		Counts map[string]int `json:"counts"`
	}
	var portal struct {
		Closed int `json:"closed"`
	}
	if stage.Call(ctx, "GET", g.test.stage.RX+"/_sim/state", nil, &rx) != nil || stage.Call(ctx, "GET", g.test.stage.POS+"/_sim/summary", nil, &portal) != nil {
		return now, false
	}
	return [2]int{rx.Counts["IRequests"], portal.Closed}, true
}

func (g *gap) longest() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.most
}
