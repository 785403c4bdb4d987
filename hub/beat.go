package hub

import (
	"context"
	"os"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// beatTime is the time between two signs of life to the other nodes.
const beatTime = 5 * time.Second

// node is this hub as the others know it.
func (h *Hub) node() journal.Node {
	n := h.self
	n.Polls = h.intake.Polls()
	return n
}

// beat tells the other nodes of this one until ctx ends, and then that it drains.
func (h *Hub) beat(ctx context.Context) error {
	registry, ok := h.journal.(journal.Registry)
	if !ok {
		return nil
	}
	tick := time.NewTicker(beatTime)
	defer tick.Stop()
	for {
		h.sign(ctx, registry, h.node())
		select {
		case <-ctx.Done():
			n := h.node()
			n.Draining = true
			h.sign(context.WithoutCancel(ctx), registry, n)
			return nil
		case <-tick.C:
		}
	}
}

// sign is one sign of life. One that is missed is made good by the next.
func (h *Hub) sign(ctx context.Context, registry journal.Registry, n journal.Node) {
	ctx, cancel := context.WithTimeout(ctx, beatTime/2)
	defer cancel()
	if err := registry.Beat(ctx, n); err != nil {
		h.log.Debug("the other nodes could not be told of this one", "error", err)
	}
}

// leave says that this node is gone. One that can't is forgotten after a day.
func (h *Hub) leave() {
	registry, ok := h.journal.(journal.Registry)
	if !ok || h.self.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), beatTime/2)
	defer cancel()
	if err := registry.Leave(ctx, h.self.ID); err != nil {
		h.log.Debug("the other nodes could not be told that this one is gone", "error", err)
	}
}

// hostName is for people.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
