package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the database/sql driver

	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// Errors of a copy; test with errors.Is.
var (
	ErrInUse   = errors.New("the target holds a journal already")
	ErrOther   = errors.New("the target holds a part of another journal")
	ErrEmpty   = errors.New("the source holds no journal")
	ErrOld     = errors.New("the source's schema is of an earlier version")
	ErrDiffers = errors.New("the two journals differ")
)

// batch is how many rows one transaction copies at most. Fewer of them are copied
// where they hold more than batchBytes: a row's body may have megabytes.
const (
	batch      = 2000
	batchBytes = 16 << 20
)

// Progress tells how far a copy is.
type Progress struct {
	Table string
	Done  int64 // rows of all tables
	All   int64
}

// Copy says from where to where.
type Copy struct {
	From string // path of SQLite's file
	To   string // address of the database
	Tell func(Progress)
}

// copying is a copy under way.
type copying struct {
	Copy
	from *sql.DB
	to   *pgx.Conn
	all  int64
	done int64
}

// Run copies, or goes on with a copy that was interrupted, and returns how many
// rows there are.
func (c Copy) Run(ctx context.Context) (rows int64, err error) {
	if c.Tell == nil {
		c.Tell = func(Progress) {}
	}
	if err := c.current(); err != nil {
		return 0, err
	}
	k := &copying{Copy: c}
	if k.from, err = sql.Open("sqlite", source(c.From)); err != nil {
		return 0, fmt.Errorf("source: %w", err)
	}
	defer k.from.Close()
	if _, _, err := postgres.Migrate(ctx, c.To); err != nil {
		return 0, err
	}
	if k.to, err = pgx.Connect(ctx, c.To); err != nil {
		return 0, fmt.Errorf("target: %w", err)
	}
	defer k.to.Close(context.WithoutCancel(ctx))
	if err := k.begin(ctx); err != nil {
		return 0, err
	}
	for _, t := range tables() {
		if err := k.table(ctx, t); err != nil {
			return k.done, fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return k.done, k.finish(ctx)
}

// current sees that the source has the columns that are copied, and no others: that
// no other version made its schema (ErrOld, *sqlite.NewerError).
func (c Copy) current() error {
	s, err := sqlite.Schema(c.From)
	if err == nil && s.Schema > 0 && s.Schema < s.Program {
		err = fmt.Errorf("%w: %d, not %d", ErrOld, s.Schema, s.Program)
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return nil
}

// source is the driver's name for the file, which is not written to.
func source(path string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: "_pragma=query_only(1)&_pragma=busy_timeout(5000)"}).String()
}

// begin sees that the target is empty, or holds a part of this very source.
func (k *copying) begin(ctx context.Context) error {
	var id string
	err := k.from.QueryRowContext(ctx, "SELECT id FROM events ORDER BY seq LIMIT 1").Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrEmpty
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	for _, t := range tables() {
		var n int64
		if err := k.from.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name).Scan(&n); err != nil {
			return fmt.Errorf("source: table %s: %w", t.name, err)
		}
		k.all += n
	}
	var part string
	err = k.to.QueryRow(ctx, "SELECT key FROM copying WHERE name = ''").Scan(&part)
	switch {
	case err == nil && part != id:
		return ErrOther
	case err == nil:
		return nil
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("target: %w", err)
	}
	var used bool
	if err := k.to.QueryRow(ctx, "SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM links) OR EXISTS (SELECT FROM nodes)").Scan(&used); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	if used {
		return ErrInUse
	}
	if _, err = k.to.Exec(ctx, "DELETE FROM cursors"); err == nil { // of a hub that was opened on it and did nothing
		_, err = k.to.Exec(ctx, "INSERT INTO copying (name, key, rows) VALUES ('', $1, 0)", id)
	}
	return err
}

// table copies what is left of a table.
func (k *copying) table(ctx context.Context, t table) error {
	var key []any
	var raw string
	var rows int64
	err := k.to.QueryRow(ctx, "SELECT key, rows FROM copying WHERE name = $1", t.name).Scan(&raw, &rows)
	if err == nil {
		key, err = readKey(raw)
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	k.done += rows
	for {
		some, err := k.read(ctx, t, key)
		if err != nil || len(some) == 0 {
			return err
		}
		key = t.keyOf(some[len(some)-1])
		rows += int64(len(some))
		if err := k.write(ctx, t, some, key, rows); err != nil {
			return err
		}
		k.done += int64(len(some))
		k.Tell(Progress{Table: t.name, Done: k.done, All: k.all})
	}
}

// readKey reads what is kept of a key: texts and whole numbers.
func readKey(raw string) ([]any, error) {
	var texts []string
	var out []any
	if err := json.Unmarshal([]byte(raw), &texts); err != nil {
		return nil, err
	}
	for _, s := range texts {
		var n int64
		if _, err := fmt.Sscanf(s, "#%d", &n); err == nil {
			out = append(out, n)
		} else {
			out = append(out, s[1:])
		}
	}
	return out, nil
}

// writeKey marks numbers with # and texts with a dot.
func writeKey(key []any) (string, error) {
	texts := make([]string, len(key))
	for i, v := range key {
		if n, ok := v.(int64); ok {
			texts[i] = fmt.Sprintf("#%d", n)
		} else {
			texts[i] = fmt.Sprintf(".%s", v)
		}
	}
	raw, err := json.Marshal(texts)
	return string(raw), err
}

func (k *copying) read(ctx context.Context, t table, key []any) ([][]any, error) {
	rows, err := k.from.QueryContext(ctx, t.after(len(key) == 0), append(append([]any{}, key...), batch)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for size := 0; size < batchBytes && rows.Next(); {
		row := make([]any, len(t.columns))
		dest := make([]any, len(row))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		out = append(out, row)
		size += sizeOf(row)
	}
	return out, rows.Err()
}

// sizeOf is how many bytes a row's texts and bodies have.
func sizeOf(row []any) (n int) {
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// write copies rows and notes how far it came, in one transaction.
func (k *copying) write(ctx context.Context, t table, rows [][]any, key []any, total int64) error {
	mark, err := writeKey(key)
	if err != nil {
		return err
	}
	names := t.names()
	for _, f := range t.fixed {
		names = append(names, f.name)
	}
	for i, row := range rows {
		for n, c := range t.columns {
			if c.kind == truth {
				row[n] = row[n] == int64(1)
			}
		}
		for _, f := range t.fixed {
			row = append(row, f.value)
		}
		rows[i] = row
	}
	return pgx.BeginFunc(ctx, k.to, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, names, pgx.CopyFromRows(rows)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO copying (name, key, rows) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET key = excluded.key, rows = excluded.rows", t.name, mark, total)
		return err
	})
}

// finish makes what only PostgreSQL has: the placeholders of references that
// parked changes wait for, and numbers that go on behind those copied. Then a hub
// may work on it.
func (k *copying) finish(ctx context.Context) error {
	return pgx.BeginFunc(ctx, k.to, func(tx pgx.Tx) error {
		for _, sql := range []string{
			"INSERT INTO refs (link, id, appeal, last, open) SELECT DISTINCT link, ref_id, '', '', false FROM parked WHERE reason = 'unknown_ref' AND ref_id <> '' ON CONFLICT DO NOTHING",
			"INSERT INTO tokens (link, token, appeal) SELECT DISTINCT link, token, '' FROM parked WHERE reason = 'unknown_ref' AND token <> '' ON CONFLICT DO NOTHING",
			"SELECT setval('events_seq_seq', greatest(1, (SELECT max(seq) FROM events)))",
			"SELECT setval('deliveries_id_seq', greatest(1, (SELECT max(id) FROM deliveries)))",
			"SELECT setval('parked_id_seq', greatest(1, (SELECT max(id) FROM parked)))",
			"DELETE FROM copying",
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("target: %w", err)
			}
		}
		return nil
	})
}
