package crash

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// node is one hub that is killed and comes back.
type node struct {
	stage *stage.Stage
	n     int

	mu      sync.Mutex
	process *hubproc.Process // nil: it is down
	busy    bool             // it is frozen, or has a clock of its own: it is left alone
}

// start starts the node and waits until it takes appeals in.
func (n *node) start(ctx context.Context, env ...string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.stage.Node(n.n, env...)
	if err != nil {
		return err
	}
	ready, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := p.Ready(ready); err != nil {
		p.Kill()
		return fmt.Errorf("node %d: %w", n.n+1, err)
	}
	n.process = p
	return nil
}

// kill ends the node at once, if it is up.
func (n *node) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process != nil {
		_ = n.process.Thaw() // one that is frozen dies all the same
		n.process.Kill()
		n.process = nil
	}
}

func (n *node) stop() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process == nil {
		return nil
	}
	p := n.process
	n.process = nil
	return p.Stop(time.Minute)
}

// take marks the node as busy; false if it is already, or is down.
func (n *node) take() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy || n.process == nil {
		return false
	}
	n.busy = true
	return true
}

// taken takes the node as soon as it is free.
func (n *node) taken(ctx context.Context) error {
	for !n.take() {
		if wait(ctx, 20*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func (n *node) release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy = false
}

// frozen stops the node as it is for a while.
func (n *node) frozen(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	p := n.process
	n.mu.Unlock()
	if err := p.Freeze(); err != nil {
		return err
	}
	wait(ctx, d)
	return p.Thaw()
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
