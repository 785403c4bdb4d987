package hub

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestTuneMemory: a hub behind Kafka may use more memory than one alone, and both leave
// alone what the environment says.
func TestTuneMemory(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	for name, c := range map[string]struct {
		bus, gogc, gomemlimit string
		percent               int
		limit                 int64
	}{
		"alone":               {bus: Embedded, percent: gcPercent, limit: memoryLimit},
		"behind Kafka":        {bus: "kafka://127.0.0.1:9092", percent: busPercent, limit: busLimit},
		"told by environment": {bus: Embedded, gogc: "70", gomemlimit: "1GiB", percent: 100, limit: math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", c.gogc)
			t.Setenv("GOMEMLIMIT", c.gomemlimit)
			TuneMemory(Config{Bus: c.bus})
			if got := debug.SetGCPercent(100); got != c.percent {
				t.Errorf("GOGC is %d, want %d", got, c.percent)
			}
			if got := debug.SetMemoryLimit(math.MaxInt64); got != c.limit {
				t.Errorf("the limit is %d, want %d", got, c.limit)
			}
		})
	}
}

// TestLimitFor: what is kept has as much room again, and no hub has less than the least.
func TestLimitFor(t *testing.T) {
	const MiB = 1 << 20
	for _, c := range []struct{ live, rest, want int64 }{
		{10, 8, 56}, {24, 8, 56}, {25, 8, 72}, {32, 8, 72}, {33, 8, 88}, {300, 100, 712},
	} {
		if got := limitFor(56*MiB, c.live*MiB, c.rest*MiB); got != c.want*MiB {
			t.Errorf("%d MiB alive and %d beside them have a limit of %d bytes, want %d MiB", c.live, c.rest, got, c.want)
		}
	}
}

// TestLimitFollows: a process that keeps much is not left to collect without end, and one
// that keeps little again has a lower limit again.
func TestLimitFollows(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	t.Setenv("GOMEMLIMIT", "")
	TuneMemory(Config{Bus: Embedded})
	much := make([]byte, 100<<20)
	await(t, func(limit int64) bool { return limit >= 200<<20 && limit < 400<<20 })
	runtime.KeepAlive(much)
	await(t, func(limit int64) bool { return limit < 160<<20 }) // other tests' leavings may be alive
}

// await collects garbage until the limit is as wanted.
func await(t *testing.T, wanted func(limit int64) bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !wanted(debug.SetMemoryLimit(-1)); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("the limit stays at %d MiB", debug.SetMemoryLimit(-1)>>20)
		}
		runtime.GC()
	}
}
