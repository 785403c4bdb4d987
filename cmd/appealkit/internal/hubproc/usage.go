package hubproc

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc (USER_HZ).
const tick = 10 * time.Millisecond

// usage reads /proc, so it works on Linux only.
func usage(pid int) (Usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}, err
	}
	_, rest, ok := bytes.Cut(stat, []byte(") ")) // the name may hold spaces
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 13 {
		return Usage{}, fmt.Errorf("/proc/%d/stat is of an unknown form", pid)
	}
	user, err1 := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	if err1 != nil || err2 != nil {
		return Usage{}, fmt.Errorf("/proc/%d/stat is of an unknown form", pid)
	}
	rss, err := peak(pid)
	return Usage{CPU: time.Duration(user+system) * tick, RSS: rss}, err
}

// peak is VmHWM: the most memory that was resident.
func peak(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmHWM", pid)
}
