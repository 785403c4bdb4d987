package sqlite

import (
	"crypto/sha256"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

const insertEvent = `INSERT INTO events (id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation,
 status, outcome, external, revision, verb, delivery, attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body)
 VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

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

// sealedKept bounds the room that is kept for sealed bodies, in bytes.
const sealedKept = 1 << 20

// insert completes e with its id, hashes and seq and writes it. Stream,
// Sequence and PrevHash are the caller's to give.
func (t *tx) insert(e *journal.Event, b body) error {
	if e.ID == "" {
		e.ID = t.options.NewID()
	}
	e.At = journal.Cut(e.At)
	e.BodyDigest = b.digest
	e.Hash = e.Sum()
	var sealed []byte
	if b.packed != nil {
		var err error
		if sealed, err = t.options.Codec.Seal(t.room.sealed[:0], e.Stream, b.packed); err != nil {
			return err
		}
		if cap(sealed) <= sealedKept {
			t.room.sealed = sealed
		}
	}
	err := t.c.prepare(insertEvent).
		text(e.ID, e.Stream).int(e.Sequence).text(string(e.Kind)).int(e.At.UnixMicro()).
		text(e.Link, e.RefID, e.SourceID, e.Actor, e.Organisation, string(e.Status), string(e.Outcome), e.External).
		int(int64(e.Revision)).text(string(e.Verb)).int(e.Delivery).
		text(e.Attachment, e.ReceiptID, e.Token, string(e.Reason)).
		blob(e.PrevHash).blob(e.BodyDigest).blob(e.Hash).blob(sealed).run()
	e.Seq = t.c.lastID()
	return err
}

// insertLink writes an event of a link's own stream.
func (t *tx) insertLink(e *journal.Event, b body) error {
	e.Stream = journal.LinkStream(e.Link)
	e.Sequence, e.PrevHash = 1, journal.FirstHash()
	s := t.c.prepare("SELECT events, head FROM heads WHERE stream = ?").text(e.Stream)
	for s.next() {
		e.Sequence, e.PrevHash = s.colInt(0)+1, s.colBlob(1)
	}
	if err := s.err(); err != nil {
		return err
	}
	if err := t.insert(e, b); err != nil {
		return err
	}
	return t.c.prepare("INSERT OR REPLACE INTO heads (stream, events, head) VALUES (?,?,?)").
		text(e.Stream).int(e.Sequence).blob(e.Hash).run()
}

const eventColumns = `seq, id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation, status, outcome,
 external, revision, verb, delivery, attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body`

// event reads the row that s stands on; the digest is computed from the body.
func (j *Journal) event(s *stmt) (e *journal.Event, digest []byte, err error) {
	e = &journal.Event{
		Seq: s.colInt(0), ID: s.colText(1), Stream: s.colText(2), Sequence: s.colInt(3), Kind: journal.EventKind(s.colText(4)),
		At: timeOf(s.colInt(5)), Link: s.colText(6), RefID: s.colText(7), SourceID: s.colText(8), Actor: s.colText(9),
		Organisation: s.colText(10), Status: sdk.Status(s.colText(11)), Outcome: sdk.Outcome(s.colText(12)), External: s.colText(13),
		Revision: int(s.colInt(14)), Verb: journal.Verb(s.colText(15)), Delivery: s.colInt(16), Attachment: s.colText(17),
		ReceiptID: s.colText(18), Token: s.colText(19), Reason: journal.Reason(s.colText(20)),
		PrevHash: s.colBlob(21), BodyDigest: s.colBlob(22), Hash: s.colBlob(23),
	}
	sealed := s.colBlob(24)
	e.Body, digest, err = j.unseal(e.Stream, sealed)
	return e, digest, err
}

// load returns the event with the seq given.
func (j *Journal) load(c *conn, seq int64) (*journal.Event, error) {
	s := c.prepare("SELECT " + eventColumns + " FROM events WHERE seq = ?").int(seq)
	defer s.done()
	ok, err := s.one()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, journal.ErrNotFound
	}
	e, _, err := j.event(s)
	return e, err
}

// digestOf names raw bytes.
func digestOf(raw []byte) []byte {
	sum := sha256.Sum256(raw)
	return sum[:]
}
