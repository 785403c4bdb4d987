package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// body is a payload on its way into an event: packed with its salt.
type body struct {
	packed []byte
	digest []byte
}

func packed(plain []byte, err error) (body, error) {
	if err != nil || len(plain) == 0 {
		return body{}, err
	}
	var b body
	b.packed, b.digest = journal.Pack(plain)
	return b, nil
}

func packedAppeal(a *sdk.Appeal) (b body, err error) {
	b.packed, b.digest, err = journal.PackAppeal(a)
	return b, err
}

// head is the end of a stream that is not an appeal's.
type head struct {
	stream string
	events int64
	hash   []byte
	dirty  bool
}

// insert completes e with its id and hashes; its seq comes with the writing.
// Stream, Sequence and PrevHash are the caller's to give.
func (t *tx) insert(e *journal.Event, b body) error {
	e.ID, e.At, e.BodyDigest = t.options.NewID(), journal.Cut(e.At), b.digest
	e.Hash = e.Sum()
	var sealed []byte
	if b.packed != nil {
		var err error
		if sealed, err = t.options.Codec.Seal(nil, e.Stream, b.packed); err != nil {
			return err
		}
	}
	t.out.events, t.out.bodies = append(t.out.events, e), append(t.out.bodies, sealed)
	return nil
}

// insertLink writes an event of a link's own stream.
func (t *tx) insertLink(e *journal.Event, b body) error {
	h, err := t.head(journal.LinkStream(e.Link))
	if err != nil {
		return err
	}
	e.Stream, e.Sequence, e.PrevHash = h.stream, h.events+1, h.hash
	if err := t.insert(e, b); err != nil {
		return err
	}
	h.events, h.hash, h.dirty = e.Sequence, e.Hash, true
	return nil
}

// head returns a stream's end, locked.
func (t *tx) head(stream string) (*head, error) {
	if h := t.heads[stream]; h != nil {
		return h, nil
	}
	b := &pgx.Batch{}
	t.askHeads(b, []string{stream})
	if err := t.send(b); err != nil {
		return nil, err
	}
	return t.heads[stream], nil
}

// askHeads locks the ends of streams, which are sorted.
func (t *tx) askHeads(b *pgx.Batch, streams []string) {
	if len(streams) == 0 {
		return
	}
	b.Queue("INSERT INTO heads (stream, events, head) SELECT stream, 0, $2 FROM unnest($1::text[]) AS k (stream) ON CONFLICT DO NOTHING", streams, journal.FirstHash())
	rows(b.Queue("SELECT stream, events, head FROM heads WHERE stream = ANY ($1::text[]) ORDER BY stream FOR UPDATE", streams), func(r pgx.Rows) error {
		h := &head{}
		err := r.Scan(&h.stream, &h.events, &h.hash)
		t.heads[h.stream] = h
		return err
	})
}

const eventColumns = bareColumns + `, e.body`

// bareColumns are those without the body.
const bareColumns = `e.seq, e.id, e.stream, e.sequence, e.kind, e.at, e.link, e.ref_id, e.source_id, e.actor, e.organisation, e.status, e.outcome,
 e.external, e.revision, e.verb, e.delivery, e.attachment, e.receipt_id, e.token, e.reason, e.prev_hash, e.body_digest, e.hash`

// event reads the row that r stands on, which is eventColumns and then what more
// dest takes; the digest is computed from the body.
func (j *Journal) event(r pgx.Row, more ...any) (e *journal.Event, digest []byte, err error) {
	e = &journal.Event{}
	var at int64
	var sealed []byte
	err = r.Scan(append([]any{
		&e.Seq, &e.ID, &e.Stream, &e.Sequence, &e.Kind, &at, &e.Link, &e.RefID, &e.SourceID, &e.Actor, &e.Organisation, &e.Status, &e.Outcome,
		&e.External, &e.Revision, &e.Verb, &e.Delivery, &e.Attachment, &e.ReceiptID, &e.Token, &e.Reason, &e.PrevHash, &e.BodyDigest, &e.Hash, &sealed,
	}, more...)...)
	if err != nil {
		return nil, nil, err
	}
	e.At = timeOf(at)
	e.Body, digest, err = j.unseal(e.Stream, sealed)
	if err != nil {
		err = &unreadable{err}
	}
	return e, digest, err
}

// unreadable says that an event's body can't be opened; the event is there.
type unreadable struct{ err error }

func (e *unreadable) Error() string { return e.err.Error() }
func (e *unreadable) Unwrap() error { return e.err }

// querier is a connection, a transaction or the pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// load returns the event with the seq given.
func (j *Journal) load(ctx context.Context, c querier, seq int64) (*journal.Event, error) {
	e, _, err := j.event(c.QueryRow(ctx, "SELECT "+eventColumns+" FROM events e WHERE e.seq = $1", seq))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, journal.ErrNotFound
	case err != nil:
		return nil, failedUnless[*unreadable](err)
	}
	return e, nil
}

// failedUnless leaves an error of the type as it is.
func failedUnless[T error](err error) error {
	var own T
	if errors.As(err, &own) {
		return err
	}
	return failed(err)
}
