package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// state is what state.json in the folder holds: enough to find every server
// again, and to start it as it was.
type state struct {
	Kafka   cluster           `json:"kafka"`
	Servers map[string]record `json:"servers"`
}

// cluster is what Kafka's brokers have in common.
type cluster struct {
	ID      string `json:"id,omitempty"`
	Brokers int    `json:"brokers,omitempty"`
	Secure  bool   `json:"secure,omitempty"`
}

// record is one server.
type record struct {
	Address    string   `json:"address"`              // host:port for clients
	Controller string   `json:"controller,omitempty"` // host:port of a broker's controller
	MTLS       string   `json:"mtls,omitempty"`       // host:port for clients with certificates
	DirID      string   `json:"dir_id,omitempty"`     // of a broker's data folder
	Data       string   `json:"data"`                 // folder
	Log        string   `json:"log"`                  // file
	Process    identity `json:"process,omitzero"`     // zero: stopped
}

func (s *Services) path(elem ...string) string {
	return filepath.Join(append([]string{s.cfg.Dir}, elem...)...)
}

// load reads the state; a folder without one has the empty state.
func (s *Services) load() (state, error) {
	st := state{Servers: map[string]record{}}
	raw, err := os.ReadFile(s.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &st)
	}
	if err != nil {
		return st, fmt.Errorf("state of the services: %w", err)
	}
	return st, nil
}

// change reads, changes and writes the state, alone among all programs.
func (s *Services) change(f func(*state) error) error {
	lock, err := os.OpenFile(s.path("state.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("state of the services: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock the state of the services: %w", err)
	}
	st, err := s.load()
	if err != nil {
		return err
	}
	if err := f(&st); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	return replace(s.path("state.json"), append(raw, '\n'))
}

// replace writes a file as a whole: a reader sees the old or the new one.
func replace(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
