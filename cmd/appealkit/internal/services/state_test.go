package services

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// open opens a folder with an environment of its own.
func open(t *testing.T, cfg Config, env map[string]string) *Services {
	t.Helper()
	cfg.Getenv = func(name string) string { return env[name] }
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStateIsKept(t *testing.T) {
	s := open(t, Config{Brokers: 3, Only: []string{Kafka, S3}}, nil)
	if err := s.enter(s.servers()); err != nil {
		t.Fatal(err)
	}
	before, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Servers) != 4 || before.Kafka.Brokers != 3 {
		t.Fatalf("entered: %+v", before)
	}
	again := open(t, Config{Dir: s.cfg.Dir}, nil)
	t.Cleanup(func() { _ = again.Purge(context.Background()) }) // the database's folder may lie elsewhere
	if got := len(again.KafkaBrokers()); got != 3 {
		t.Errorf("%d brokers, want the 3 of before", got)
	}
	if err := again.enter(again.servers()); err != nil {
		t.Fatal(err)
	}
	after, err := again.load()
	if err != nil {
		t.Fatal(err)
	}
	delete(after.Servers, Postgres) // chosen only now
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("addresses changed:\n%s", diff)
	}
	if _, err := Open(Config{Dir: s.cfg.Dir, Brokers: 1}); err == nil || !strings.Contains(err.Error(), "--purge") {
		t.Errorf("another number of brokers: %v", err)
	}
}

func TestStateIsChangedByOneAtATime(t *testing.T) {
	s := open(t, Config{}, nil)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.change(func(st *state) error { st.Kafka.Brokers++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if st, err := s.load(); err != nil || st.Kafka.Brokers != 20 {
		t.Errorf("%d of 20 changes, %v", st.Kafka.Brokers, err)
	}
}

func TestBrokenState(t *testing.T) {
	s := open(t, Config{}, nil)
	if err := os.WriteFile(s.path("state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: s.cfg.Dir}); err == nil {
		t.Error("a broken state was read")
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, cfg := range []Config{{Brokers: 2}, {Brokers: 3, Secure: true}, {Only: []string{"redis"}}} {
		cfg.Dir = t.TempDir()
		if _, err := Open(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func TestPurgeLeavesWhatIsNotOurs(t *testing.T) {
	s := open(t, Config{Only: []string{S3, Kafka}}, nil)
	if err := s.enter(s.servers()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("note.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(s.cfg.Dir)
	if err != nil || len(left) != 1 || left[0].Name() != "note.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := s.Purge(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
}
