package hub

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// The collector's settings for a hub's process. What a hub keeps is small and
// what an appeal allocates is short-lived: collecting at three times the live
// heap saves a sixth of the time, and the soft limit keeps bursts from making
// the process grow. Behind Kafka and PostgreSQL, which take hundreds of MiB
// themselves, it collects half as often. A hub that keeps more than half of the
// limit, for its links, connections or organisations are many, has a higher one:
// under a limit near to what it keeps it would do little but collect.
const (
	gcPercent   = 200
	memoryLimit = 48 << 20 // bytes that Go itself manages; SQLite's page caches come on top
	busPercent  = 400
	busLimit    = 160 << 20 // whole fetches and batches of hundreds are in hand
	limitStep   = 16 << 20  // a limit moves by whole steps, for each move stops the program for a moment
)

// TuneMemory sets how often the process collects garbage, unless GOGC and
// GOMEMLIMIT say so. It is for programs that are a hub.
func TuneMemory(cfg Config) {
	percent, limit := gcPercent, int64(memoryLimit)
	if OnKafka(cfg.Bus) {
		percent, limit = busPercent, busLimit
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		memory.begin(limit)
	}
}

// softLimit is the runtime's soft memory limit, moved with what the process keeps.
type softLimit struct {
	mu         sync.Mutex
	least, now int64 // bytes
	watched    bool
}

// memory is the process's one.
var memory softLimit

// begin sets the limit, and has it follow from then on.
func (l *softLimit) begin(least int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.least, l.now = least, least
	debug.SetMemoryLimit(least)
	if !l.watched {
		l.watched = true
		l.watch()
	}
}

// watch has the limit looked at after each collection.
func (l *softLimit) watch() {
	mark := &struct{ self *softLimit }{l} // collected at the next occasion
	runtime.AddCleanup(mark, func(l *softLimit) {
		l.follow(kept())
		l.watch()
	}, l)
}

// follow sets the limit that fits what is kept.
func (l *softLimit) follow(live, rest int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if want := limitFor(l.least, live, rest); want != l.now {
		l.now = want
		debug.SetMemoryLimit(want)
	}
}

// limitFor is the limit for a live heap beside which the runtime has other
// memory in use, in bytes: room for as much again as is live, in whole steps
// above the least.
func limitFor(least, live, rest int64) int64 {
	over := 2*live + rest - least
	if over <= 0 {
		return least
	}
	return least + (over+limitStep-1)/limitStep*limitStep
}

// kept is the heap that the last collection found alive, and what else counts
// towards the limit and can't be collected: stacks and the runtime's own.
func kept() (live, rest int64) {
	s := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(s)
	rest = int64(s[1].Value.Uint64())
	for _, heap := range s[2:] {
		rest -= int64(heap.Value.Uint64())
	}
	return int64(s[0].Value.Uint64()), rest
}
