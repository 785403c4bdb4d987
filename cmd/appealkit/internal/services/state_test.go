package services

import (
	"errors"
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

func TestExternal(t *testing.T) {
	env := map[string]string{
		"POSTGRES_URL": "postgres://hub:secret@db.example/hub", "KAFKA_BROKERS": "a:9092,b:9092", "S3_URL": "s3://x?endpoint=y",
	}
	s := open(t, Config{}, env)
	if err := s.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.PostgresURL() != env["POSTGRES_URL"] || s.S3URL() != env["S3_URL"] || !cmp.Equal(s.KafkaBrokers(), []string{"a:9092", "b:9092"}) {
		t.Errorf("%s %s %s", s.PostgresURL(), s.S3URL(), s.KafkaBrokers())
	}
	for _, st := range s.Status() {
		if st.State != "external" || strings.Contains(st.Address, "secret") {
			t.Errorf("%+v", st)
		}
	}
	for name, f := range map[string]func() error{
		"kill": s.Postgres.Kill, "freeze": s.S3.Freeze, "start": func() error { return s.Broker(1).Start(t.Context()) },
	} {
		if err := f(); !errors.Is(err, ErrExternal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Down(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOwnAddressesAreNotExternal: after eval of Env the folder's servers are
// still its own.
func TestOwnAddressesAreNotExternal(t *testing.T) {
	s := open(t, Config{}, nil)
	if _, err := s.Env(); err == nil {
		t.Error("an empty folder has an environment")
	}
	if err := s.enter(s.servers()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Purge(t.Context()) })
	variables, err := s.Env()
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, v := range variables {
		env[v.Name] = v.Value
	}
	if len(env) != 5 {
		t.Errorf("variables: %v", variables)
	}
	if got := len(open(t, Config{Dir: s.cfg.Dir}, env).servers()); got != 3 {
		t.Errorf("%d servers are ours, want 3", got)
	}
}
