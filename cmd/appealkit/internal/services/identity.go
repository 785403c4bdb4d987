package services

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// identity tells one process from every other, also from one that has its
// number later.
type identity struct {
	PID   int    `json:"pid,omitempty"`
	Start string `json:"start,omitempty"` // boot of the machine, and ticks since then
}

// stat is what /proc tells of a process.
type stat struct {
	state   byte // R, S, D, T (stopped), Z (ended, not waited for) …
	parent  int
	threads int
	start   string // ticks since boot
}

func readStat(pid int) (stat, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	i := bytes.LastIndexByte(raw, ')') // the name may hold spaces and parentheses
	fields := strings.Fields(string(raw[i+1:]))
	if i < 0 || len(fields) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat is of an unknown form", pid)
	}
	parent, err1 := strconv.Atoi(fields[1])
	threads, err2 := strconv.Atoi(fields[17])
	return stat{state: fields[0][0], parent: parent, threads: threads, start: fields[19]}, errors.Join(err1, err2)
}

// ended reports whether only the entry in the table of processes is left. The
// first thread may have ended before others, which still hold ports and files.
func (s stat) ended() bool { return s.state == 'X' || s.state == 'Z' && s.threads <= 1 }

// identify tells who the running process pid is.
func identify(pid int) (identity, error) {
	st, err := readStat(pid)
	if err != nil {
		return identity{}, err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return identity{}, err
	}
	return identity{PID: pid, Start: strings.TrimSpace(string(boot)) + "/" + st.start}, nil
}

// look tells the state of the process as stat has it; zero once it has ended,
// also where another process has its number now.
func (id identity) look() byte {
	if id.PID <= 0 {
		return 0
	}
	st, err := readStat(id.PID)
	if err != nil || st.ended() {
		return 0
	}
	if now, err := identify(id.PID); err != nil || now != id {
		return 0
	}
	return st.state
}

func (id identity) alive() bool { return id.look() != 0 }

// frozen reports whether the process was stopped by a signal.
func (id identity) frozen() bool { return id.look() == 'T' }

// children are the running processes that the process has started itself; none
// once it has ended.
func (id identity) children() []identity {
	if !id.alive() {
		return nil
	}
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well-formed
	var found []identity
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		st, err := readStat(pid)
		if err != nil || st.parent != id.PID || st.ended() {
			continue
		}
		if child, err := identify(pid); err == nil {
			found = append(found, child)
		}
	}
	return found
}
