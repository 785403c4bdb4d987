package hub

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
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
			if got := debug.SetMemoryLimit(math.MaxInt64); got < c.limit {
				t.Errorf("the limit is %d, want %d", got, c.limit)
			}
		})
	}
}

// TestTuneMemoryHeld: the limit is never below what the hub holds, or the collector
// would take half of the processor for good.
func TestTuneMemoryHeld(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	t.Setenv("GOMEMLIMIT", "")
	const organisations = 128 << 20
	ballast := make([]byte, organisations)
	TuneMemory(Config{Bus: Embedded})
	if got := debug.SetMemoryLimit(math.MaxInt64); got < memoryLimit+organisations {
		t.Errorf("the limit is %d, though %d are held", got, len(ballast))
	}
	runtime.KeepAlive(ballast)
	if got := room(usuallyHeld); got != 0 {
		t.Errorf("%d more for a hub of the usual size", got)
	}
}
