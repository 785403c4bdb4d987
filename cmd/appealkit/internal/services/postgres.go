package services

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// The owner of everything in PostgreSQL, and the database that is made.
const (
	role     = "appealhub"
	database = "appealhub"
)

// postgresKind runs PostgreSQL.
type postgresKind struct{ s *Services }

func (p postgresKind) prepare(ctx context.Context, rec record) error {
	if exists(filepath.Join(rec.Data, "PG_VERSION")) {
		return nil
	}
	bin, err := postgresPrograms("")
	if err != nil {
		return err
	}
	if err := p.s.freshData(rec.Data); err != nil {
		return err
	}
	password, err := p.s.postgresPassword()
	if err != nil {
		return err
	}
	file := filepath.Join(filepath.Dir(rec.Data), "initial-password") // initdb, another account, reads it
	if err := writeFor(file, password+"\n"); err != nil {
		return err
	}
	defer os.Remove(file)
	l := p.as(launch{program: filepath.Join(bin, "initdb"), dir: rec.Data, args: []string{
		"-D", rec.Data, "-U", role, "-A", "scram-sha-256", "--pwfile=" + file, "-E", "UTF8", "--locale=C.UTF-8",
	}})
	return l.once(ctx)
}

// launch runs the server itself, not pg_ctl: its number is the process's own.
func (p postgresKind) launch(rec record) (launch, error) {
	version, err := os.ReadFile(filepath.Join(rec.Data, "PG_VERSION"))
	if err != nil {
		return launch{stop: syscall.SIGINT}, err
	}
	bin, err := postgresPrograms(strings.TrimSpace(string(version)))
	if err != nil {
		return launch{stop: syscall.SIGINT}, err
	}
	_, port, err := net.SplitHostPort(rec.Address)
	args := []string{"-D", rec.Data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}
	for _, setting := range p.s.pins.PostgresSettings {
		args = append(args, "-c", setting)
	}
	return p.as(launch{
		program: filepath.Join(bin, "postgres"), args: args, dir: rec.Data, stop: syscall.SIGINT, // fast: does not wait for clients
	}), err
}

// as drops the rights of root, whom PostgreSQL refuses.
func (p postgresKind) as(l launch) launch {
	l.user = postgresAccount()
	return l
}

// ready connects, and makes the database where it is missing.
func (p postgresKind) ready(ctx context.Context, rec record) error {
	conn, err := pgx.Connect(ctx, p.s.postgresURL(rec.Address, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+database)
	return err
}

func (s *Services) postgresPassword() (string, error) { return secret(s.path(Postgres, "password")) }

func (s *Services) postgresURL(address, db string) string {
	password, err := s.postgresPassword()
	if err != nil { // the server will refuse
		password = ""
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: address, Path: "/" + db, RawQuery: "sslmode=disable"}
	return u.String()
}

// postgresPrograms is the folder of the programs of a major version, of the
// newest where none is named; else those in PATH, whatever their version.
func postgresPrograms(version string) (string, error) {
	pattern := "*"
	if version != "" {
		pattern = version
	}
	found, err := filepath.Glob("/usr/lib/postgresql/" + pattern + "/bin/postgres") // where Debian has them
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if exists(filepath.Join(dir, "postgres")) && exists(filepath.Join(dir, "initdb")) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("no programs of PostgreSQL %s, neither below /usr/lib/postgresql nor in PATH", version)
}
