package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the schema that this program brings. A later
// migration that this program could not work on raises min_compatible in
// appealhub_meta above it.
const schemaVersion = 10

// minCompatible is the number that its migrations leave in min_compatible: programs
// of an older schema may not work on this one.
const minCompatible = 7

// migrationLock is the advisory lock that keeps two nodes from migrating at
// once.
const migrationLock = 0x61707065616c7331

// Migrate brings the schema of the database at url to this version's and
// returns the numbers of the schema before and after. A newer schema that this
// program may work on is left as it is, and one that nodes are at work on that could
// not go on afterwards.
func Migrate(ctx context.Context, url string) (from, to int64, err error) {
	return migrateFor(ctx, url, "")
}

// migrateFor is Migrate by a node, of which there may be a sign of its former life.
func migrateFor(ctx context.Context, url, node string) (from, to int64, err error) {
	c, err := connect(ctx, url)
	if err != nil {
		return 0, 0, opening(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	from, to, err = migrate(ctx, c, node)
	return from, to, opening(err)
}

func migrate(ctx context.Context, c *pgx.Conn, node string) (from, to int64, err error) {
	if from, err = compatible(ctx, c); err != nil || from >= schemaVersion {
		return from, from, err
	}
	unlock, err := lockMigrations(ctx, c.Config())
	if err != nil {
		return from, from, err
	}
	defer unlock()
	if from, err = compatible(ctx, c); err != nil || from >= schemaVersion {
		return from, from, err
	}
	if err := new(Status).server(ctx, c); err != nil {
		return from, from, err
	}
	if err := rights(ctx, c, from); err != nil {
		return from, from, err
	}
	if err := alone(ctx, c, from, node); err != nil {
		return from, from, err
	}
	if err := up(ctx, c.Config()); err != nil {
		return from, from, err
	}
	return from, schemaVersion, nil
}

// lockMigrations keeps other nodes from migrating. The lock ends with a
// transaction, not a session, so that it holds behind PgBouncer too.
func lockMigrations(ctx context.Context, cfg *pgx.ConnConfig) (unlock func(), err error) {
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	unlock = func() { c.Close(context.WithoutCancel(ctx)) }
	for _, sql := range []string{
		begin, "SET LOCAL idle_in_transaction_session_timeout = 0", "SET LOCAL lock_timeout = 0", "SET LOCAL statement_timeout = 0",
		fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", int64(migrationLock)),
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			unlock()
			return nil, err
		}
	}
	return unlock, nil
}

// up runs the migrations that are missing.
func up(ctx context.Context, cfg *pgx.ConnConfig) error {
	p, err := provider(cfg)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer p.Close()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func provider(cfg *pgx.ConnConfig) (*goose.Provider, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	patient := stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error { // whatever the role's default
		_, err := c.Exec(ctx, "SET statement_timeout = 0")
		return err
	})
	return goose.NewProvider(goose.DialectPostgres, stdlib.OpenDB(*cfg, patient), steps, goose.WithDisableGlobalRegistry(true))
}

// compatible returns the number of the database's schema, 0 where there is none,
// and refuses one that this program may not work on.
func compatible(ctx context.Context, c *pgx.Conn) (version int64, err error) {
	var there bool
	if err := c.QueryRow(ctx, "SELECT to_regclass('appealhub_meta') IS NOT NULL").Scan(&there); err != nil || !there {
		return 0, err
	}
	var least int64
	if err := c.QueryRow(ctx, "SELECT version, min_compatible FROM appealhub_meta").Scan(&version, &least); err != nil {
		return 0, err
	}
	if least > schemaVersion {
		return version, &newer{version: version, least: least}
	}
	return version, nil
}

// newer says that the schema is of a program that this one does not get along
// with.
type newer struct{ version, least int64 }

func (e *newer) Error() string {
	return fmt.Sprintf("the schema is version %d and asks for programs of %d or newer; this one is of %d", e.version, e.least, schemaVersion)
}
