package island

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// inside is a thread in a network namespace of its own. What is started by it, or
// opened, is there too.
type inside struct{ calls chan func() }

// enter makes a namespace whose loopback is up.
func enter() (*inside, error) {
	in := &inside{calls: make(chan func())}
	begun := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		err := isolate()
		begun <- err
		if err != nil {
			return
		}
		for f := range in.calls {
			f()
		}
	}()
	if err := <-begun; err != nil {
		return nil, err
	}
	return in, nil
}

func isolate() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("a network namespace: %w", err)
	}
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo)
}

// do runs f in the namespace.
func (in *inside) do(f func()) {
	done := make(chan struct{})
	in.calls <- func() {
		defer close(done)
		f()
	}
	<-done
}

// leave ends the thread.
func (in *inside) leave() {
	if in != nil {
		close(in.calls)
	}
}
