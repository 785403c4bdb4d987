package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
)

// OpenError says why a journal can't be opened, and what to do. It holds no
// password.
type OpenError struct {
	What        string // what is so
	Remedy      string // what to do
	Unreachable bool   // the server does not answer: it may later
	Err         error  // the cause
}

// Error tells what, why and the remedy in one line.
func (e *OpenError) Error() string { return "postgres: " + e.What + " (" + e.Why() + "); " + e.Remedy }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// Why is the cause in the words of whoever reported it, one line.
func (e *OpenError) Why() string {
	var pg *pgconn.PgError
	var file *fs.PathError
	switch {
	case errors.As(e.Err, &pg):
		return pg.Message + " (" + pg.Code + ")"
	case errors.As(e.Err, &file):
		return file.Error()
	case errors.As(e.Err, new(*badAddress)): // its text quotes what may be a part of the password
		return "its parts can't be told apart"
	}
	return strings.Join(strings.Fields(e.Err.Error()), " ")
}

// badAddress is a url that can't be read.
type badAddress struct{ err error }

func (e *badAddress) Error() string { return e.err.Error() }
func (e *badAddress) Unwrap() error { return e.err }

var (
	errNoSchema   = errors.New("there is no appealhub_meta")
	errNoRights   = errors.New("the role may not do all that a hub does")
	errEncoding   = errors.New("texts would be refused")
	errStandby    = errors.New("the server is in recovery")
	errReadOnly   = errors.New("transaction_read_only is on")
	errNoPath     = errors.New("search_path names no schema that there is")
	errPart       = errors.New("a copy into it was interrupted")
	errOldVersion = errors.New("some statements are not known to it")
)

// opening makes an OpenError of what went wrong before there was a journal.
func opening(err error) error {
	var open *OpenError
	if err == nil || errors.As(err, &open) {
		return err
	}
	e := &OpenError{Err: err}
	e.What, e.Remedy, e.Unreachable = diagnose(err)
	return e
}

const addressRemedy = "write journal: postgres://user:${PASSWORD}@host:5432/database, with @, /, # and % in a password as %40, %2F, %23 and %25"

// badFile names the option and the file of an address that can't be read for them;
// empty where err is of another kind.
func badFile(err error) (what, remedy string) {
	var file *fs.PathError
	if !errors.As(err, &file) {
		return "", ""
	}
	for said, option := range map[string]string{"CA file": "sslrootcert", "sslkey": "sslkey", "cert": "sslcert"} {
		if strings.Contains(err.Error(), "unable to read "+said+":") {
			return option + ": " + file.Path + " can't be read: " + file.Err.Error(), "correct the path in the address, and give the hub's user the right to read the file"
		}
	}
	return "", ""
}

func diagnose(err error) (what, remedy string, unreachable bool) {
	var bad *badAddress
	var late *newer
	var early *outdated
	var pg *pgconn.PgError
	if what, remedy = badFile(err); what != "" {
		return what, remedy, false
	}
	switch {
	case errors.As(err, &bad):
		return "the address can't be read", addressRemedy, false
	case errors.As(err, &late):
		return fmt.Sprintf("the journal's schema %d is newer than this program", late.version), "install the version of the hub that migrated it, or a newer one", false
	case errors.As(err, &early):
		return "nodes are at work whose version is too old for this one's schema", fmt.Sprintf("stop every node; one that was killed is none any more after %v", journal.SilentAfter), false
	case errors.Is(err, errNoSchema):
		return "the database holds no journal", "run appealhub migrate, or name the database that holds it", false
	case errors.Is(err, errPart):
		return "the database holds a part of a journal", "run the same appealhub journal copy again: it goes on where it was", false
	case errors.Is(err, errNoKey):
		return "the journal lacks a key of its tables", "restore the whole dump into an empty database: pg_restore --exit-on-error, without --section or --data-only", false
	case errors.Is(err, errBehind):
		return "the journal was restored without its sequences' values", "stop every node, give as the schema's owner " + renumber + ", and start again", false
	case errors.As(err, &pg):
		return diagnoseServer(pg)
	}
	return diagnoseNetwork(err)
}

func diagnoseServer(pg *pgconn.PgError) (what, remedy string, unreachable bool) {
	switch {
	case pg.Code == "28P01" || pg.Code == "28000" && strings.Contains(pg.Message, "password"):
		return "the server refuses the password", "check user and password in the address, and pg_hba.conf", false
	case pg.Code == "28000":
		return "the server does not let the role in", "check the user in the address, its right to log in, and that pg_hba.conf has a line for it from this host", false
	case pg.Code == "3D000":
		return "the server has no such database", "create it (CREATE DATABASE … OWNER … ENCODING 'UTF8'), or correct its name in the address", false
	case pg.Code == "42501":
		return "the role lacks rights", rightsRemedy, false
	case pg.Code == "3F000":
		return "there is no schema to work in", "create the schema that search_path names, or give the role the right to use it", false
	case pg.Code == "53300":
		return "the server has no connection left", "raise max_connections, or set pool_max_conns in the address lower", true
	case strings.HasPrefix(pg.Code, "57P"):
		return "the server is starting or stopping", "wait until it is up; its own log says more", true
	case pg.Code == "53100":
		return "the server's disk is full", "free space on it", false
	case unprepared(pg):
		return poolerWhat, poolerRemedy, false
	case pg.Code == readOnly:
		return readOnlyWhat, readOnlyRemedy, true
	}
	return "the server refuses to work", "look into its own log", false
}

const (
	poolerWhat   = "a pooler in between keeps no prepared statements"
	poolerRemedy = "add default_query_exec_mode=cache_describe to the address, or set PgBouncer's max_prepared_statements"

	readOnlyWhat   = "the database takes no writes"
	readOnlyRemedy = "set default_transaction_read_only off for the database and the role (ALTER DATABASE … RESET …), or name the primary among the hosts"
)

const rightsRemedy = "run appealhub migrate as the role that owns the schema, and give the hub's own role SELECT, INSERT, UPDATE, DELETE on its tables and USAGE on its sequences"

func diagnoseNetwork(err error) (what, remedy string, unreachable bool) {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &dns):
		return "the name " + dns.Name + " can't be resolved", "check the host in the address and this machine's DNS", true
	case errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, os.ErrNotExist):
		return "nothing listens there", "is the server running? check host and port in the address, listen_addresses, and any firewall in between", true
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &netErr) && netErr.Timeout():
		return "the server does not answer in time", "check the firewall in between and the server's load", true
	case strings.Contains(err.Error(), "tls") || strings.Contains(err.Error(), "x509"):
		return "no trusted connection comes about", "check sslmode and sslrootcert in the address against the server's certificate", false
	case errors.Is(err, errStandby):
		return "the server is a standby, which can't be written", "name the primary, or add target_session_attrs=read-write and all hosts", true
	case errors.Is(err, pgconn.ErrReadOnlyConnection), errors.Is(err, pgconn.ErrStandbyConnection):
		return "none of the servers takes writes", readOnlyRemedy, true
	case errors.Is(err, errReadOnly):
		return readOnlyWhat, readOnlyRemedy, true
	case errors.Is(err, errEncoding):
		return "the database's encoding is not UTF8", "create it with ENCODING 'UTF8'", false
	case errors.Is(err, errNoPath):
		return "there is no schema to work in", "create the schema that search_path names, or give the role the right to use it", false
	case errors.Is(err, errOldVersion):
		return "the server is older than PostgreSQL 13", "use 13 or newer", false
	case errors.Is(err, errNoRights):
		return "the role lacks rights", rightsRemedy, false
	}
	return "the server can't be worked with", "check the address, and the server's own log", true
}
