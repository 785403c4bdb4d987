package services

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// install fetches what the chosen servers need and is not there yet.
func (s *Services) install(ctx context.Context) error {
	needs := map[string]func(context.Context) error{
		Postgres: s.installPostgres, Kafka: s.installKafka, S3: s.installS3,
	}
	for _, group := range []string{Postgres, Kafka, S3} {
		if !s.cfg.chosen(group) || s.external(group) != "" {
			continue
		}
		if err := needs[group](ctx); err != nil {
			return fmt.Errorf("install %s: %w", group, err)
		}
	}
	return nil
}

func (s *Services) installPostgres(ctx context.Context) error {
	if _, err := postgresPrograms(""); err == nil {
		return nil
	}
	return s.apt(ctx, s.pins.PostgresPackage)
}

func (s *Services) installKafka(ctx context.Context) error {
	var missing []string
	if _, err := javaProgram(); err != nil {
		missing = append(missing, s.pins.JavaPackage)
	}
	fetched := exists(s.kafkaHome().classPath())
	if _, err := exec.LookPath("mvn"); err != nil && !fetched {
		missing = append(missing, s.pins.MavenPackage)
	}
	if len(missing) > 0 {
		if err := s.apt(ctx, missing...); err != nil {
			return err
		}
	}
	if !fetched {
		if err := s.fetchJars(ctx); err != nil {
			return err
		}
	}
	return s.archiveClasses(ctx)
}

func (s *Services) installS3(ctx context.Context) error {
	program := s.gateway()
	if exists(program) {
		return nil
	}
	s.say("building the S3 server versitygw %s, about a minute", s.pins.VersityGW)
	bin := filepath.Dir(program)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	return launch{
		program: "go", dir: bin, env: []string{"GOBIN=" + bin, "GOFLAGS=", "CGO_ENABLED=0"},
		args: []string{"install", "github.com/versity/versitygw/cmd/versitygw@" + s.pins.VersityGW},
	}.once(ctx)
}

// apt installs packages where this user may and the system is Debian's; else
// the error says what to do.
func (s *Services) apt(ctx context.Context, packages ...string) error {
	names := strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("missing, and there is no apt-get to install it: install what Debian calls %s, with its programs in PATH", names)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("missing: run sudo apt-get install %s", names)
	}
	s.say("installing %s", names)
	quiet := []string{"DEBIAN_FRONTEND=noninteractive"}
	if err := (launch{program: "apt-get", args: []string{"update", "-qq"}, env: quiet}).once(ctx); err != nil {
		return err
	}
	args := append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)
	return launch{program: "apt-get", args: args, env: quiet}.once(ctx)
}
