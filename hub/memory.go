package hub

import (
	"os"
	"runtime/debug"
)

// The collector's settings for a hub's process. What a hub keeps is small and
// what an appeal allocates is short-lived, so that collecting at four times the
// live heap saves much time and costs some tens of MiB; near the soft limit it
// collects more often. Both yield to GOGC and GOMEMLIMIT.
const (
	gcPercent   = 300
	memoryLimit = 72 << 20 // bytes that Go itself manages; SQLite's page caches come on top
)

// TuneMemory sets how often the process collects garbage, unless the
// environment says so itself. It is for programs that are a hub.
func TuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
