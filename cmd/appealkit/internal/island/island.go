// Package island keeps a process on a network of its own: all that it reaches,
// and all that reaches it, goes over TCP flows that this process carries, and
// that can be cut and mended.
//
// Where the machine allows it the network is a namespace (Linux). Else the island
// is a set of proxies, and what the process is told to reach by them alone can be
// cut.
package island

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"time"
)

// Island is a network with ways to and from it. Its methods may be called from
// many goroutines.
type Island struct {
	inside *inside // nil: no namespace

	mu   sync.Mutex
	ways map[string]*way
}

// New makes an island without ways. It says why the network is none of its own;
// nil: it is.
func New() (i *Island, why error) {
	i = &Island{ways: map[string]*way{}}
	i.inside, why = enter()
	return i, why
}

// Isolated reports whether the network is the island's own.
func (i *Island) Isolated() bool { return i.inside != nil }

// Start starts a process on the island.
func (i *Island) Start(cmd *exec.Cmd) (err error) {
	i.within(func() { err = cmd.Start() })
	return err
}

// Reach lets the island reach an address of loopback outside, and returns the
// address by which it does: the same, on a network of its own.
func (i *Island) Reach(address string) (at string, err error) {
	at = address
	if !i.Isolated() {
		at = "127.0.0.1:0"
	}
	var l net.Listener
	i.within(func() { l, err = net.Listen("tcp4", at) })
	if err != nil {
		return "", fmt.Errorf("island: %w", err)
	}
	i.carry(address, l, func() (net.Conn, error) { return net.DialTimeout("tcp4", address, dialTime) })
	return l.Addr().String(), nil
}

// Expose makes an address of the island's loopback the same one outside. Without
// a network of its own it is that already.
func (i *Island) Expose(address string) error {
	if !i.Isolated() {
		return nil
	}
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return fmt.Errorf("island: %w", err)
	}
	i.carry(address, l, func() (c net.Conn, err error) {
		i.within(func() { c, err = net.DialTimeout("tcp4", address, dialTime) })
		return c, err
	})
	return nil
}

const dialTime = 5 * time.Second

// Cut stops what flows to and from addresses, as a network does that loses every
// packet: no flow ends, no byte arrives, and what connects waits.
func (i *Island) Cut(addresses ...string) { i.each(addresses, (*way).cut) }

// Mend lets it flow again.
func (i *Island) Mend(addresses ...string) { i.each(addresses, (*way).mend) }

func (i *Island) each(addresses []string, do func(*way)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range addresses {
		if w := i.ways[a]; w != nil {
			do(w)
		}
	}
}

// Close ends every flow. A process on the island keeps its network until it ends.
func (i *Island) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var errs []error
	for _, w := range i.ways {
		errs = append(errs, w.close())
	}
	i.inside.leave()
	return errors.Join(errs...)
}

func (i *Island) within(f func()) {
	if i.inside == nil {
		f()
		return
	}
	i.inside.do(f)
}

func (i *Island) carry(address string, l net.Listener, dial func() (net.Conn, error)) {
	w := newWay(l, dial)
	i.mu.Lock()
	i.ways[address] = w
	i.mu.Unlock()
	go w.accept()
}
