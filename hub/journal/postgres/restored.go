package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// keys keep single what must be: without one of them its rows are refused, or doubled.
var keys = []string{
	"appeals_pkey", "copying_pkey", "cursors_pkey", "deadlines_archive_pkey", "deadlines_pkey", "deliveries_archive_pkey", "deliveries_pkey",
	"events_pkey", "events_stream", "files_pkey", "heads_pkey", "leases_pkey", "links_pkey", "nodes_pkey", "numbers_pkey", "offsets_pkey",
	"outbox_pkey", "parked_pkey", "receipts_pkey", "refs_pkey", "tokens_pkey",
}

// Errors of a dump that was not put back whole.
var (
	errNoKey  = errors.New("there is no such index, or it is not valid")
	errBehind = errors.New("it stands below what its table holds: the next numbers are given away already")
)

// renumber gives each sequence the value that belongs to its table.
const renumber = "SELECT setval('events_seq_seq', (SELECT max(seq) FROM events)), setval('deliveries_id_seq', (SELECT max(id) FROM deliveries_all)), " +
	"setval('parked_id_seq', (SELECT max(id) FROM parked))"

// intact refuses a journal of the present schema that lacks a key, or one of whose
// sequences is behind its table: so leaves it a restore that went wrong half-way, one of
// the rows alone, or a replica of the rows. A sequence that the role can't read is
// passed over. What nodes at work write meanwhile changes nothing: they take a number
// before they use it.
func intact(ctx context.Context, c *pgx.Conn, schema int64) error {
	if schema < schemaVersion {
		return nil
	}
	var key, sequence string
	err := c.QueryRow(ctx, `SELECT coalesce(min(k), '') FROM unnest($1::text[]) k
 WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(k) AND indisunique AND indisvalid)`, keys).Scan(&key)
	if err != nil {
		return err
	}
	if key != "" {
		return fmt.Errorf("%s: %w", key, errNoKey)
	}
	err = c.QueryRow(ctx, `SELECT coalesce(min(s), '') FROM (VALUES
 ('events_seq_seq', (SELECT max(seq) FROM events)), ('deliveries_id_seq', (SELECT max(id) FROM deliveries_all)), ('parked_id_seq', (SELECT max(id) FROM parked))) n (s, last)
 WHERE CASE WHEN has_sequence_privilege(s, 'USAGE') THEN coalesce(pg_sequence_last_value(s::regclass), 0) < last END`).Scan(&sequence)
	if err == nil && sequence != "" {
		err = fmt.Errorf("%s: %w", sequence, errBehind)
	}
	return err
}
