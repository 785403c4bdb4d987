package hub

import (
	"os"
	"runtime"
	"runtime/debug"
)

// The collector's settings for a hub's process. What a hub keeps is small and
// what an appeal allocates is short-lived: collecting at three times the live
// heap saves a sixth of the time, and the soft limit keeps bursts from making
// the process grow. Behind Kafka and PostgreSQL, which take hundreds of MiB
// themselves, it collects half as often.
const (
	gcPercent   = 200
	memoryLimit = 56 << 20 // bytes that Go itself manages; SQLite's page caches come on top
	busPercent  = 400
	busLimit    = 160 << 20 // whole fetches and batches of hundreds are in hand
)

// usuallyHeld is what a hub of a few organisations and links holds, in bytes.
const usuallyHeld = 16 << 20

// TuneMemory sets how often the process collects garbage, unless GOGC and
// GOMEMLIMIT say so. It is for programs that are a hub, once it is open: where it
// holds more than usual, as with organisations by the thousand, the limit is higher. A
// hub with many more connections than usual wants a higher GOMEMLIMIT.
func TuneMemory(cfg Config) {
	percent, limit := gcPercent, int64(memoryLimit)
	if OnKafka(cfg.Bus) {
		percent, limit = busPercent, busLimit
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit + room(held()))
	}
}

// room is what is added to the limit for what the process holds. Below what it holds
// the collector would never rest; twice of it leaves as much to be allocated in between.
func room(held int64) int64 { return 2 * max(0, held-usuallyHeld) }

// held is what the process can't do without, in bytes; what the reading of the
// configuration took besides goes back to the machine.
func held() int64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
