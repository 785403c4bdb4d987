package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver that goose speaks to
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate creates the file if there is none, brings its schema to this
// version's and returns the numbers of the schema before and after. *NewerError
// says that the schema is of a later program.
func Migrate(ctx context.Context, path string) (from, to int64, err error) {
	lock, err := lockFile(path)
	if err != nil {
		return 0, 0, err
	}
	defer lock.Close()
	return migrate(ctx, path)
}

func migrate(ctx context.Context, path string) (from, to int64, err error) {
	if err := ownFile(path); err != nil {
		return 0, 0, err
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return 0, 0, fmt.Errorf("sqlite: open: %w", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, 0, fmt.Errorf("sqlite: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, fmt.Errorf("sqlite: migrations: %w", err)
	}
	from, newest, err := p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("sqlite: read schema: %w", err)
	}
	if from > newest {
		return from, from, &NewerError{from, newest}
	}
	if _, err := p.Up(ctx); err != nil {
		return from, from, fmt.Errorf("sqlite: migrate: %w", err)
	}
	return from, newest, nil
}

// dsn is the driver's address of the file. synchronous=FULL makes the schema as
// durable as what follows.
func dsn(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)"
}
