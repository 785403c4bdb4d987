package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Status is what Check found.
type Status struct {
	Server  string   // its version
	Schema  int64    // number of the journal's schema; 0: there is none yet
	Program int64    // number that this program brings
	Unsafe  []string // settings by which a crash of the server's machine may lose what was committed: fsync=off and the like
}

// Check finds out whether a hub could work on the database at address: it
// answers, is one a journal may lie in, and the role may do what a hub does. It
// changes nothing. The error is an *OpenError.
func Check(ctx context.Context, address string) (Status, error) {
	s := Status{Program: schemaVersion}
	c, err := connect(ctx, address)
	if err != nil {
		return s, opening(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := s.server(ctx, c); err != nil {
		return s, opening(err)
	}
	if s.Schema, err = compatible(ctx, c); err != nil {
		return s, opening(err)
	}
	if err := rights(ctx, c, s.Schema); err != nil {
		return s, opening(err)
	}
	if err := whole(ctx, c, s.Schema); err != nil {
		return s, opening(err)
	}
	return s, opening(alone(ctx, c, s.Schema, ""))
}

func (s *Status) server(ctx context.Context, c *pgx.Conn) error {
	var number int
	var encoding, path string
	var standby, reading bool
	err := c.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_setting('server_encoding'),
 pg_is_in_recovery(), current_setting('transaction_read_only')::bool, coalesce(current_schema(), ''),
 ARRAY(SELECT name || '=off' FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name)`).
		Scan(&s.Server, &number, &encoding, &standby, &reading, &path, &s.Unsafe)
	switch {
	case err != nil:
		return err
	case number < 130000:
		return fmt.Errorf("version %s: %w", s.Server, errOldVersion)
	case encoding != "UTF8":
		return fmt.Errorf("%s: %w", encoding, errEncoding)
	case standby:
		return errStandby
	case reading:
		return errReadOnly
	case path == "":
		return errNoPath
	}
	return nil
}

// tables are those in which a hub reads, inserts, updates and deletes.
var tables = []string{
	"events", "heads", "appeals", "refs", "tokens", "files", "receipts", "numbers", "deliveries", "deadlines", "cursors", "links", "parked",
	"leases", "nodes", "offsets", "outbox", "copying", "deliveries_all", "deliveries_archive", "deadlines_all", "deadlines_archive",
}

// sequences are those that a hub takes numbers from.
var sequences = []string{"events_seq_seq", "deliveries_id_seq"}

// rights looks at the role's rights on each table, or at its right to make them.
func rights(ctx context.Context, c *pgx.Conn, schema int64) error {
	if schema < schemaVersion {
		var may bool
		err := c.QueryRow(ctx, "SELECT has_schema_privilege(current_schema(), 'CREATE')").Scan(&may)
		if err == nil && !may {
			err = fmt.Errorf("no right to create tables: %w", errNoRights)
		}
		return err
	}
	var table string
	err := c.QueryRow(ctx, `SELECT coalesce(min(t), '') FROM unnest($1::text[]) t
 WHERE NOT (has_table_privilege(t, 'SELECT') AND has_table_privilege(t, 'INSERT') AND has_table_privilege(t, 'UPDATE') AND has_table_privilege(t, 'DELETE'))`,
		tables).Scan(&table)
	if err == nil && table != "" {
		err = fmt.Errorf("table %s: %w", table, errNoRights)
	}
	if err != nil {
		return err
	}
	var sequence string
	err = c.QueryRow(ctx, `SELECT coalesce(min(s), '') FROM unnest($1::text[]) s WHERE NOT has_sequence_privilege(s, 'USAGE')`, sequences).Scan(&sequence)
	if err == nil && sequence != "" {
		err = fmt.Errorf("sequence %s: %w", sequence, errNoRights)
	}
	return err
}

// Address is the address without its passwords, for people; of one that may be read in
// another way than it is meant nothing is told.
func Address(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres"
	}
	q := u.Query()
	q.Del("password")
	q.Del("sslpassword")
	if u.RawQuery = q.Encode(); strings.Contains(u.Path+u.RawQuery, "@") || strings.Contains(u.RawQuery, "%40") {
		return "postgres"
	}
	return u.Redacted()
}

// parse reads an address as a pool has it, whose parameters it knows too. The error is a
// *badAddress.
func parse(address string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err == nil && strings.Contains(cfg.ConnConfig.Database, "@") && cut(address) {
		err = errCut
	}
	if err != nil {
		return nil, &badAddress{err}
	}
	return cfg, nil
}

// cut reports whether a slash of the password's ends the host: an @ follows it.
func cut(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	return strings.Contains(path, "@")
}

var errCut = errors.New("there is an @ in the name of the database")

// BadAddress says what is wrong with the address, and what to do; what is empty where
// it can be read.
func BadAddress(address string) (what, remedy string) {
	_, err := parse(address)
	if err == nil {
		return "", ""
	}
	if what, remedy = badFile(err); what != "" {
		return what, remedy
	}
	return "is no address of a PostgreSQL database", addressRemedy
}

// limited reports whether the address says how many connections there may be.
func limited(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Has("pool_max_conns")
}
