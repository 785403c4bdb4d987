package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
)

// errRace says that others were in the way: the transaction is run again.
var errRace = errors.New("others were in the way")

// readOnly is the code of what can't be written: by default_transaction_read_only, or
// on a standby.
const readOnly = "25006"

// failed makes an error of the database's, as the journal's callers know it. The
// texts name tables and columns, never values.
func failed(err error) error {
	if err == nil || known(err) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Errorf("%w: postgres: %w", journal.ErrUnavailable, err) // no connection, or it broke
	}
	switch {
	case pg.Code == "53100":
		return fmt.Errorf("%w: postgres: %w", journal.ErrFull, pg)
	case pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03" || taken(pg):
		return fmt.Errorf("%w: postgres: %w", errRace, pg)
	case pg.Code == "54000" || strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23"):
		return fmt.Errorf("%w: postgres: %w", journal.ErrRefused, pg)
	case unprepared(pg):
		return fmt.Errorf("%w: postgres: %w; %s: %s", journal.ErrUnavailable, pg, poolerWhat, poolerRemedy)
	}
	return fmt.Errorf("%w: postgres: %w", journal.ErrUnavailable, pg)
}

// taken reports whether somebody else has written the key meanwhile that was
// free when it was read.
func taken(pg *pgconn.PgError) bool {
	return pg.Code == "23505" && (pg.TableName == "refs" || pg.TableName == "tokens")
}

// answered reports whether the server has refused a statement and lives on: nothing of
// its transaction is there.
func answered(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR"
}

// unprepared reports whether a statement was prepared on another connection than it was
// used on, as a pooler in between has it.
func unprepared(pg *pgconn.PgError) bool { return pg.Code == "26000" || pg.Code == "42P05" }

// known reports whether the error is one that callers know already.
func known(err error) bool {
	for _, e := range []error{
		journal.ErrNotFound, journal.ErrLease, journal.ErrState, journal.ErrTaken, journal.ErrOutdated, journal.ErrFull, journal.ErrUnavailable, journal.ErrRefused, errRace,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// broken reports whether an error is the database's, not one operation's.
func broken(err error) bool {
	return errors.Is(err, journal.ErrFull) || errors.Is(err, journal.ErrUnavailable) || errors.Is(err, errRace) || errors.Is(err, journal.ErrRefused)
}

// found is failed, where no row means journal.ErrNotFound.
func found(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return journal.ErrNotFound
	}
	return failed(err)
}
