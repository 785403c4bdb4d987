package services

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// Services are the servers of one folder.
type Services struct {
	Postgres *Server
	S3       *Server

	cfg     Config
	brokers []*Server
	kafka   *kafkaKind
	pins    versions
	mu      sync.Mutex // of cfg.Out
}

// Open opens the folder, with servers or without; it starts nothing.
func Open(cfg Config) (*Services, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Services{cfg: cfg, pins: pinned()}
	st, err := s.load()
	if err != nil {
		return nil, err
	}
	if err := s.settle(st.Kafka); err != nil {
		return nil, err
	}
	s.Postgres = &Server{name: Postgres, owner: s, kind: postgresKind{s}}
	s.S3 = &Server{name: S3, owner: s, kind: s3Kind{s}}
	s.kafka = &kafkaKind{s}
	for n := range s.cfg.Brokers {
		s.brokers = append(s.brokers, &Server{name: brokerName(n + 1), owner: s, kind: s.kafka})
	}
	return s, nil
}

// settle compares what is wanted of Kafka with what was set up before.
func (s *Services) settle(was cluster) error {
	c := &s.cfg
	switch {
	case was.Brokers == 0:
		c.Brokers = max(1, c.Brokers)
	case c.Brokers != 0 && c.Brokers != was.Brokers, c.Secure && !was.Secure:
		return fmt.Errorf("kafka in %s was set up with brokers=%d secure=%t: choose another folder, or remove it (services down --purge)",
			c.Dir, was.Brokers, was.Secure)
	default:
		c.Brokers, c.Secure = was.Brokers, was.Secure
	}
	return nil
}

func brokerName(n int) string { return fmt.Sprintf("%s-%d", Kafka, n) }

// Brokers are Kafka's brokers in the order of their ids.
func (s *Services) Brokers() []*Server { return s.brokers }

// Broker is the broker of the id, counted from 1; it panics where there is none.
func (s *Services) Broker(id int) *Server { return s.brokers[id-1] }

// servers are the chosen servers of this folder, without those that are
// somebody else's.
func (s *Services) servers() []*Server {
	var all []*Server
	for _, group := range []string{Postgres, Kafka, S3} {
		if s.cfg.chosen(group) && s.external(group) == "" {
			all = append(all, s.group(group)...)
		}
	}
	return all
}

func (s *Services) group(name string) []*Server {
	switch name {
	case Postgres:
		return []*Server{s.Postgres}
	case S3:
		return []*Server{s.S3}
	default:
		return s.brokers
	}
}

// say tells what is being done.
func (s *Services) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.cfg.Out, format+"\n", args...)
}

// logTail are the last lines of a log, with its path.
func logTail(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "no log: " + err.Error()
	}
	return "log: " + path + "\n  " + strings.Join(lastLines(string(raw), 10), "\n  ")
}
