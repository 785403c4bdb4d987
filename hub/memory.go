package hub

import (
	"os"
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

// TuneMemory sets how often the process collects garbage, unless GOGC and
// GOMEMLIMIT say so. It is for programs that are a hub. A hub with many more
// connections than usual wants a higher GOMEMLIMIT.
func TuneMemory(cfg Config) {
	percent, limit := gcPercent, int64(memoryLimit)
	if OnKafka(cfg.Bus) {
		percent, limit = busPercent, busLimit
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
