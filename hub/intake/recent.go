package intake

import (
	"crypto/sha256"
	"sync"

	"github.com/appealhub/appealhub/hub/journal"
)

// recentMost is how many items are remembered at least.
const recentMost = 20_000

// recent remembers items for a while: twice recentMost at most.
type recent struct {
	mu       sync.Mutex
	topic    string // that has the items
	now, old map[digest]struct{}
}

type digest [16]byte

// identity is what tells an entry from all others; empty where it is to be sent
// whenever it comes.
func identity(e *journal.Entry) digest {
	var kind, what string
	switch {
	case e.Once:
		return digest{} // the client wants to know its place
	case e.Appeal != nil:
		kind, what = "appeal", e.Appeal.Version
	case e.Change != nil:
		kind, what = "change", e.Change.ID
	case e.Rejected != nil:
		kind, what = "rejected", string(e.Rejected.Body)
	}
	h := sha256.New()
	for _, s := range []string{kind, e.Link, refOf(e).String(), what} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return digest(h.Sum(nil)[:16])
}

// in forgets all that is not in the topic of this id.
func (r *recent) in(topic string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.topic != topic {
		r.topic, r.now, r.old = topic, nil, nil
	}
}

func (r *recent) has(d digest) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, now := r.now[d]
	_, old := r.old[d]
	return (now || old) && d != digest{}
}

func (r *recent) add(d digest) {
	if d == (digest{}) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || len(r.now) >= recentMost {
		r.old, r.now = r.now, make(map[digest]struct{}, recentMost/8)
	}
	r.now[d] = struct{}{}
}
