package directumrx

import "sync"

// remembered is what is known of documents from one reading to the next, by id. It is
// lost with the process, and begun anew once it would grow too large.
type remembered[V any] struct {
	mu sync.Mutex
	of map[int64]V
}

// note changes what is known of a document by f, which gets the zero value where
// nothing is, and returns it.
func (n *remembered[V]) note(id int64, f func(V) V) V {
	n.mu.Lock()
	defer n.mu.Unlock()
	before, known := n.of[id]
	if n.of == nil || !known && len(n.of) >= maxRemembered {
		n.of = map[int64]V{}
	}
	n.of[id] = f(before)
	return n.of[id]
}

// over forgets a document.
func (n *remembered[V]) over(id int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.of, id)
}
