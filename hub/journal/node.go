package journal

import (
	"context"
	"time"
)

// Registry is a journal whose nodes know of each other.
type Registry interface {
	// Beat says that the node works; those that have been silent for a day are
	// forgotten.
	Beat(ctx context.Context, n Node) error
	// Leave takes the node out.
	Leave(ctx context.Context, id string) error
	// Nodes returns all that have not left, by id. It looks through all open
	// deliveries.
	Nodes(ctx context.Context) ([]NodeState, error)
	// Peers is Nodes without what they have in hand. It is for those who ask often:
	// however many deliveries are open, it costs the same.
	Peers(ctx context.Context) ([]NodeState, error)
}

// Node is one hub that works on the journal.
type Node struct {
	ID       string
	Host     string
	Listen   string // address of its API
	Version  string
	Started  time.Time
	Draining bool
	Polls    []string // feeds that it reads: link/feed
}

// NodeState is a node as the journal knows it.
type NodeState struct {
	Node
	Seen   time.Time      // its last beat
	Silent time.Duration  // since then, by the journal's clock
	InHand map[string]int // deliveries in its hands, by link
	Leases []string       // what it alone does
}

// SilentAfter is how long a node may be silent that works.
const SilentAfter = 15 * time.Second
