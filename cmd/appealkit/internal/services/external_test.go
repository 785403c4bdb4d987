package services

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	t.Cleanup(func() { _ = s.Purge(context.Background()) })
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
