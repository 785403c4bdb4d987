package services

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// enter gives servers that are new in the folder their addresses and folders.
func (s *Services) enter(servers []*Server) error {
	return s.change(func(st *state) error {
		if st.Kafka.Brokers == 0 && s.cfg.chosen(Kafka) && s.external(Kafka) == "" {
			st.Kafka = cluster{ID: newUUID(), Brokers: s.cfg.Brokers, Secure: s.cfg.Secure}
		}
		next := newAddresses(st)
		for _, v := range servers {
			if _, known := st.Servers[v.name]; known {
				continue
			}
			rec, err := s.fresh(v, next)
			if err != nil {
				return fmt.Errorf("set up %s: %w", v.name, err)
			}
			st.Servers[v.name] = rec
		}
		return nil
	})
}

func (s *Services) fresh(v *Server, next func() (string, error)) (rec record, err error) {
	mode := os.FileMode(0o700)
	if v.name == Postgres { // its account goes through
		mode = 0o711
	}
	if err := os.MkdirAll(s.path(v.name), mode); err != nil {
		return rec, err
	}
	rec = record{Log: v.Log(), Data: s.path(v.name, "data")}
	if rec.Address, err = next(); err != nil {
		return rec, err
	}
	switch v.kind.(type) {
	case postgresKind:
		rec.Data, err = s.postgresData()
	case *kafkaKind:
		rec.DirID = newUUID()
		if rec.Controller, err = next(); err == nil && s.cfg.Secure {
			rec.MTLS, err = next()
		}
	}
	return rec, err
}

// newAddresses gives free addresses, none twice and none that a server of the
// folder has: this one may be down.
func newAddresses(st *state) func() (string, error) {
	taken := map[string]bool{}
	for _, rec := range st.Servers {
		taken[rec.Address], taken[rec.Controller], taken[rec.MTLS] = true, true, true
	}
	return func() (string, error) {
		for {
			address, err := freeAddress()
			if err != nil || !taken[address] {
				taken[address] = true
				return address, err
			}
		}
	}
}

// newUUID is a UUID as Kafka writes it: 22 characters of base64. A hyphen at
// the beginning would be read as an option.
func newUUID() string {
	for {
		var raw [16]byte
		rand.Read(raw[:]) // never fails
		if id := base64.RawURLEncoding.EncodeToString(raw[:]); !strings.HasPrefix(id, "-") {
			return id
		}
	}
}

// secret reads the secret in the file, which only its owner may read, and makes
// one where there is none.
func secret(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(raw)), err
	}
	value := rand.Text()
	return value, replace(path, []byte(value+"\n"))
}
