//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// hits counts passes of the armed point; a process has one armed point at most.
var hits atomic.Int64

// Hit kills the process with SIGKILL when it passes the point named in the
// environment variable APPEALHUB_FAILPOINT for the n-th time. Form: name or
// name:n, n from 1.
func Hit(name string) {
	armed, nth, _ := strings.Cut(os.Getenv(armedVariable), ":")
	if armed != name {
		return
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	if hits.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal ends the process; nothing after the point runs
	}
}

// Delay sleeps as long as the environment variable APPEALHUB_FSYNC_DELAY says:
// a slower disk, for benchmarks. The journal calls it after each commit that
// synced.
func Delay() {
	if d, err := time.ParseDuration(os.Getenv(delayVariable)); err == nil {
		time.Sleep(d)
	}
}

// Now is the present time as a clock has it that is as wrong as the environment
// variable APPEALHUB_CLOCK_OFFSET says.
func Now() time.Time { return time.Now().Add(offset()) }

var offset = sync.OnceValue(func() time.Duration {
	d, _ := time.ParseDuration(os.Getenv(clockVariable)) // without one the clock is right
	return d
})
