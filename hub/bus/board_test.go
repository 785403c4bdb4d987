package bus

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/journal"
)

// board is what nodes know of a journal: leases, who drains, and the outbox. It
// complains where two have one shard in hand, and where one gives up a shard that it
// has in hand.
type board struct {
	t        *testing.T
	mu       sync.Mutex
	changed  chan struct{} // told of what is published
	down     bool
	owner    map[string]string
	until    map[string]time.Time
	draining map[string]bool
	outbox   []journal.Unpublished
	hand     map[int]string // by shard, until it is out of the outbox
	by       map[string]int // published
}

// fail has it hold nobody's shards any more.
func (b *board) fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = true
}

func newBoard(t *testing.T) *board {
	return &board{
		t: t, changed: make(chan struct{}, 1), owner: map[string]string{}, until: map[string]time.Time{}, draining: map[string]bool{},
		hand: map[int]string{}, by: map[string]int{},
	}
}

// record is n more events of each of so many streams; b.mu is held.
func (b *board) record(streams, from, n int) {
	for i := range n {
		for s := range streams {
			e := journal.Event{ID: uuid.NewString(), Stream: fmt.Sprint("appeal-", s), Sequence: int64(from + i), Kind: journal.StatusChanged, At: time.Now()}
			e.Seq = int64((from+i)*streams + s)
			b.outbox = append(b.outbox, journal.Unpublished{Event: e})
		}
	}
}

func shardOf(stream string) int {
	h := fnv.New32a()
	h.Write([]byte(stream))
	return int(h.Sum32() % journal.Shards)
}

// counts says how many shards each node has.
func (b *board) counts(nodes ...string) (out []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range nodes {
		out = append(out, len(numbers(b.leases(id))))
	}
	return out
}

func (b *board) leases(node string) (out []string) {
	for name, owner := range b.owner {
		if owner == node && b.until[name].After(time.Now()) {
			out = append(out, name)
		}
	}
	return out
}

// member is a node's view of the board.
type member struct {
	*board
	id string
}

var errDown = errors.New("the journal is down")

func (m member) Beat(context.Context, journal.Node) error { return nil }
func (m member) Leave(context.Context, string) error      { return nil }

func (m member) Nodes(context.Context) ([]journal.NodeState, error) {
	m.t.Errorf("%s asks what all nodes have in hand", m.id)
	return nil, nil
}

func (m member) Peers(context.Context) (out []journal.NodeState, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := map[string]bool{}
	for _, id := range m.owner {
		ids[id] = true
	}
	for id := range ids {
		out = append(out, journal.NodeState{Node: journal.Node{ID: id, Draining: m.draining[id]}, Leases: m.leases(id)})
	}
	return out, nil
}

func (m member) Hold(_ context.Context, ttl time.Duration, names ...string) (held []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, errDown
	}
	for _, n := range names {
		if m.owner[n] == m.id || !m.until[n].After(time.Now()) {
			m.owner[n], m.until[n] = m.id, time.Now().Add(ttl)
			held = append(held, n)
		}
	}
	return held, nil
}

func (m member) LetGo(_ context.Context, names ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range numbers(names) {
		if m.hand[i] == m.id {
			m.t.Errorf("%s gives up shard %d, which it has in hand", m.id, i)
		}
	}
	for _, n := range names {
		if m.owner[n] == m.id {
			delete(m.owner, n)
			delete(m.until, n)
		}
	}
	return nil
}

func (m member) Unpublished(_ context.Context, shards []int, limit int) (out []journal.Unpublished, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.outbox {
		i := shardOf(u.Event.Stream)
		if !slices.Contains(shards, i) || len(out) == limit {
			continue
		}
		if other := m.hand[i]; other != "" && other != m.id {
			m.t.Errorf("%s takes shard %d, which %s has in hand", m.id, i, other)
		}
		m.hand[i] = m.id
		out = append(out, u)
	}
	return out, nil
}

func (m member) Published(_ context.Context, seqs ...int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outbox = slices.DeleteFunc(m.outbox, func(u journal.Unpublished) bool {
		gone := slices.Contains(seqs, u.Event.Seq)
		if gone && m.hand[shardOf(u.Event.Stream)] == m.id {
			delete(m.hand, shardOf(u.Event.Stream))
		}
		return gone
	})
	m.by[m.id] += len(seqs)
	select {
	case m.changed <- struct{}{}:
	default:
	}
	return nil
}
