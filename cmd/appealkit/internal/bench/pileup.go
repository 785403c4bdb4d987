package bench

import (
	"context"
	"fmt"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// pileUp submits appeals that can't be delivered and returns the rate at which
// they were accepted and what the process used.
func (t trial) pileUp(ctx context.Context, p *hubproc.Process, count int) (float64, hubproc.Usage, error) {
	t.receiver.reset(true)
	sent, err := load.Run(ctx, load.Config{URL: p.URL, Connections: t.connections, Count: count, Body: t.body})
	if err != nil {
		return 0, hubproc.Usage{}, err
	}
	if sent.Accepted != count {
		return 0, hubproc.Usage{}, fmt.Errorf("accepted %d of %d: %v %s", sent.Accepted, count, sent.Refused, sent.LastFail)
	}
	used, err := p.Usage()
	return sent.Rate(), used, err
}
