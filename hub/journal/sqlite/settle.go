package sqlite

import (
	"context"
	"errors"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Settle gives claimed deliveries back.
func (j *Journal) Settle(ctx context.Context, all ...journal.Settlement) ([]error, error) {
	var errs []error
	err := j.do(ctx, false, func(t *tx) error {
		errs = make([]error, len(all))
		for i := range all {
			err := t.settle(&all[i])
			if err != nil && !errors.Is(err, journal.ErrLease) && !errors.Is(err, journal.ErrTaken) {
				return err
			}
			errs[i] = err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return errs, nil
}

func (t *tx) settle(s *journal.Settlement) error {
	held, ok := t.leases.out[s.Delivery]
	if !ok || held.token != s.Lease || t.released[s.Delivery] { // a late one is taken: the call was made, and nobody else has it yet
		return journal.ErrLease
	}
	d := held.delivery // nobody changes a delivery under a lease, but for its Due
	if s.Counts {
		d.Attempts++
	}
	if s.As == journal.SettleDone {
		return t.settleDone(&d, s)
	}
	t.ended(d.ID)
	switch s.As {
	case journal.SettleDead:
		return t.settleDead(&d, s)
	case journal.SettleBack:
		t.due(d.Link)
		return nil
	}
	return t.settleRetry(&d, s)
}

// learn notes the record and the token that a receipt makes known, or refuses them where
// they are another appeal's: then nothing is noted.
func (t *tx) learn(a *appeal, d *journal.Delivery, s *journal.Settlement) error {
	token, ref := s.Named(d), s.Record(d)
	if token.ID != "" {
		owner, err := byToken(t.c, token.Link, token.ID)
		if err != nil {
			return err
		}
		if owner != "" && owner != a.ID {
			return journal.TakenToken(token, owner)
		}
	}
	if ref.ID != "" {
		own, err := t.own(a, ref)
		if err != nil {
			return err
		}
		if !own {
			return t.foreign(ref)
		}
	}
	if token.ID == "" {
		return nil
	}
	return t.c.prepare("INSERT OR IGNORE INTO tokens (link, token, appeal) VALUES (?,?,?)").text(token.Link, token.ID, a.ID).run()
}

// foreign says whose record it is.
func (t *tx) foreign(ref sdk.Ref) error {
	owner, _, err := byRef(t.c, ref.Link, ref.ID)
	if err != nil {
		return err
	}
	return journal.Taken(ref, owner)
}

func (t *tx) settleRetry(d *journal.Delivery, s *journal.Settlement) error {
	text, err := t.seal(d.Appeal, s.Error)
	if err != nil {
		return err
	}
	if !s.Due.After(s.At) {
		t.due(d.Link)
	}
	return t.c.prepare("UPDATE deliveries SET attempts = ?, due = ?, firm = ?, last_kind = ?, last_error = ? WHERE id = ?").
		int(int64(d.Attempts), micros(journal.Cut(s.Due))).bool(s.Firm).text(string(s.Kind)).blob(text).int(d.ID).run()
}

func (t *tx) settleDead(d *journal.Delivery, s *journal.Settlement) error {
	text, err := t.seal(d.Appeal, s.Error)
	if err != nil {
		return err
	}
	err = t.c.prepare("UPDATE deliveries SET state = 'dead', attempts = ?, firm = 0, last_kind = ?, last_error = ? WHERE id = ?").
		int(int64(d.Attempts)).text(string(s.Kind)).blob(text).int(d.ID).run()
	if err != nil {
		return err
	}
	a, err := t.find(d.Appeal)
	if err != nil {
		return err
	}
	b, err := packed(journal.NoteBody(s.Error))
	if err != nil {
		return err
	}
	ev := &journal.Event{Kind: journal.DeliveryDead, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment, Reason: journal.Reason(s.Kind)}
	if err := t.chain(a, ev, b); err != nil {
		return err
	}
	return t.store(a)
}

func (t *tx) settleDone(d *journal.Delivery, s *journal.Settlement) error {
	a, err := t.find(d.Appeal)
	if err != nil {
		return err
	}
	owes := a.mayOwe(d)
	if err := t.learn(a, d, s); err != nil {
		return err
	}
	t.ended(d.ID)
	err = t.c.prepare("UPDATE deliveries SET state = 'done', settled = ?, attempts = ?, receipt_id = ? WHERE id = ?").
		int(s.At.UnixMicro(), int64(d.Attempts)).text(s.Receipt.Ref.ID).int(d.ID).run()
	if err != nil {
		return err
	}
	failpoint.Hit("sqlite.settled_before_event")
	d.State, d.SettledAt, d.ReceiptID = journal.DeliveryDoneOK, journal.Cut(s.At), s.Receipt.Ref.ID
	if d.Verb == journal.VerbFetch {
		err = t.fetched(a, d, s)
	} else {
		err = t.delivered(a, d, s, owes)
	}
	if err != nil {
		return err
	}
	if a.deliveries == 1 {
		return nil // nothing is behind it
	}
	return t.advance(d.Appeal, d.Link, s.At)
}

// fetched records that a file is in the spool, or can't be had.
func (t *tx) fetched(a *appeal, d *journal.Delivery, s *journal.Settlement) error {
	if s.File == nil {
		return errors.New("a fetch settled without its file")
	}
	file := *s.File
	file.ID = d.Attachment
	kind, state := journal.AttachmentStored, journal.FileStored
	if !file.Stored() {
		kind, state = journal.AttachmentMissing, journal.FileMissing
	}
	b, err := packed(journal.FileBody(&file))
	if err != nil {
		return err
	}
	ev := &journal.Event{Kind: kind, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment}
	if err := t.chain(a, ev, b); err != nil {
		return err
	}
	if err := t.store(a); err != nil {
		return err
	}
	return t.fileSettled(a.ID, &file.Size, file.SHA256, ev, state)
}

// fileSettled writes what became of a file and lets those go that waited for
// it.
func (t *tx) fileSettled(appeal string, size *int64, sha256 string, ev *journal.Event, state journal.FileState) error {
	err := t.c.prepare("UPDATE files SET state = ?, size = ?, sha256 = ?, stored = ? WHERE appeal = ? AND id = ?").
		text(string(state)).int(*size).text(sha256).int(ev.Seq).text(appeal, ev.Attachment).run()
	if err != nil {
		return err
	}
	return t.release(appeal, ev.Attachment, state, ev.At)
}

// delivered records that a link took it, and takes up the files that it owes the record.
func (t *tx) delivered(a *appeal, d *journal.Delivery, s *journal.Settlement, owes bool) error {
	ev := &journal.Event{
		Kind: journal.DeliveryDone, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment,
		ReceiptID: s.Receipt.Ref.ID, Token: s.Receipt.Token,
	}
	ref := s.Receipt.Ref
	if ref.ID != "" && ref.Link == "" {
		ref.Link = d.Link
	}
	knows := d.Verb == journal.VerbAppeal || d.Verb == journal.VerbConfirm
	if d.Verb == journal.VerbAttachment && ref.ID != "" {
		err := t.c.prepare("INSERT OR REPLACE INTO receipts (appeal, link, attachment, id) VALUES (?,?,?,?)").text(a.ID, d.Link, d.Attachment, ref.ID).run()
		if err != nil {
			return err
		}
	}
	told, err := t.sequenceOf(d)
	if err != nil {
		return err
	}
	in := journal.Input{Kind: ev.Kind, At: s.At, Link: d.Link, Done: d, Told: told}
	if ref.ID == "" {
		in.Token = s.Receipt.Token
	}
	if err := t.record(a, in, ev, body{}, nil); err != nil {
		return err
	}
	if owes {
		if err := t.takeUp(a, ev); err != nil {
			return err
		}
	}
	if !knows {
		return nil
	}
	if ref.Link == "" {
		ref.Link = d.Link
	}
	return t.attach(a, ref, s.Receipt.Token, s.At)
}
