package services

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// Status is one line about a server.
type Status struct {
	Name    string `json:"name"`
	State   string `json:"state"` // running, frozen, stopped, dead (ended without being asked), absent (never up), external
	Address string `json:"address,omitempty"`
	PID     int    `json:"pid,omitempty"`
	RSS     int64  `json:"rss,omitempty"` // bytes of it and of the processes it has started; what these share counts once
	Log     string `json:"log,omitempty"`
}

// Status tells of every chosen server.
func (s *Services) Status() []Status {
	var all []Status
	for _, group := range []string{Postgres, Kafka, S3} {
		if !s.cfg.chosen(group) {
			continue
		}
		if there := s.external(group); there != "" {
			all = append(all, Status{Name: group, State: "external", Address: shown(there)})
			continue
		}
		for _, v := range s.group(group) {
			all = append(all, v.status())
		}
	}
	return all
}

func (v *Server) status() Status {
	rec, err := v.record()
	if err != nil {
		return Status{Name: v.name, State: "absent"}
	}
	st := Status{Name: v.name, State: "stopped", Address: rec.Address, Log: rec.Log}
	switch {
	case rec.Process.frozen():
		st.State = "frozen"
	case rec.Process.alive():
		st.State = "running"
	case rec.Process.PID != 0:
		st.State = "dead"
		return st
	default:
		return st
	}
	st.PID = rec.Process.PID
	for _, p := range append(rec.Process.children(), rec.Process) {
		st.RSS += p.memory()
	}
	return st
}

// memory is the resident memory of the process, its part of what is shared; 0
// where the system does not tell.
func (id identity) memory() int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", id.PID))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if value, ok := strings.CutPrefix(line, "Pss:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64) // 0 if of another form
			return kib << 10
		}
	}
	return 0
}

// shown is an address without its password.
func shown(address string) string {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return u.Redacted()
	}
	return address
}

// Variable is one of the environment's.
type Variable struct{ Name, Value string }

// Env is what programs need to use the servers: those of the folder that were
// up, and the external ones.
func (s *Services) Env() ([]Variable, error) {
	var all []Variable
	for _, group := range []string{Postgres, Kafka, S3} {
		if where := s.where(group); where != "" && s.cfg.chosen(group) {
			all = append(all, Variable{variable(group), where})
		}
	}
	if s.cfg.chosen(S3) && s.external(S3) == "" && s.S3.Address() != "" {
		access, key, err := s.S3Credentials()
		if err != nil {
			return nil, err
		}
		all = append(all, Variable{"AWS_ACCESS_KEY_ID", access}, Variable{"AWS_SECRET_ACCESS_KEY", key})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("nothing was set up in %s: run services up", s.cfg.Dir)
	}
	return all, nil
}
