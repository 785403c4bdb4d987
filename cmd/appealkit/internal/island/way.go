package island

import (
	"net"
	"sync"
)

// way carries the flows to one address.
type way struct {
	listener net.Listener
	dial     func() (net.Conn, error)

	mu     sync.Mutex
	mended *sync.Cond
	isCut  bool
	closed bool
	flows  map[net.Conn]struct{}
}

func newWay(l net.Listener, dial func() (net.Conn, error)) *way {
	w := &way{listener: l, dial: dial, flows: map[net.Conn]struct{}{}}
	w.mended = sync.NewCond(&w.mu)
	return w
}

func (w *way) cut() { w.set(func() { w.isCut = true }) }

func (w *way) mend() { w.set(func() { w.isCut = false }) }

func (w *way) close() error {
	w.set(func() {
		w.closed = true
		for c := range w.flows {
			c.Close()
		}
	})
	return w.listener.Close()
}

func (w *way) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	w.mended.Broadcast()
}

// passes waits while the way is cut; false: it is closed.
func (w *way) passes() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.isCut && !w.closed {
		w.mended.Wait()
	}
	return !w.closed
}

func (w *way) accept() {
	for {
		c, err := w.listener.Accept()
		if err != nil {
			return
		}
		go w.flow(c)
	}
}

// flow carries one connection both ways, until either side ends it.
func (w *way) flow(from net.Conn) {
	defer from.Close()
	if !w.passes() {
		return
	}
	to, err := w.dial()
	if err != nil {
		return
	}
	defer to.Close()
	if !w.keep(from, to) {
		return
	}
	defer w.forget(from, to)
	var both sync.WaitGroup
	both.Go(func() { w.copy(to, from) })
	both.Go(func() { w.copy(from, to) })
	both.Wait()
}

func (w *way) keep(all ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range all {
		w.flows[c] = struct{}{}
	}
	return !w.closed
}

func (w *way) forget(all ...net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range all {
		delete(w.flows, c)
	}
}

// copy brings bytes from one connection to the other; at their end it ends the
// other's direction too.
func (w *way) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if !w.passes() {
			return
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				from.Close()
				return
			}
		}
		if err != nil {
			if half, ok := to.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // it may be gone already
			}
			return
		}
	}
}
