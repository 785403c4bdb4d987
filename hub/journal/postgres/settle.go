package postgres

import (
	"context"
	"errors"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Settle gives claimed deliveries back. Each is done or refused for itself.
func (j *Journal) Settle(ctx context.Context, all ...journal.Settlement) ([]error, error) {
	ops := make([]*op, len(all))
	for i := range all {
		s := &all[i]
		ops[i] = &op{
			weight: 1,
			need:   func(n *needs) { n.settlements = append(n.settlements, s) },
			run:    func(t *tx) error { return t.settle(s) },
		}
	}
	if err := j.do(ctx, ops...); err != nil {
		return nil, err
	}
	errs := make([]error, len(all))
	lost := 0
	for i, o := range ops {
		errs[i] = o.err
		if broken(o.err) && !errors.Is(o.err, journal.ErrRefused) {
			lost++
		}
	}
	if lost > 0 && lost == len(all) {
		return nil, errs[0]
	}
	return errs, nil
}

func (t *tx) settle(s *journal.Settlement) error {
	d := t.deliveries[s.Delivery]
	if d == nil || s.Lease == "" || d.lease != s.Lease || d.State != journal.DeliveryReady { // a late one is taken: the call was made, and nobody else has it yet
		return journal.ErrLease
	}
	if ref := s.Record(&d.Delivery); ref.ID != "" {
		if owner := t.owner(ref); owner != "" && owner != d.Appeal {
			return journal.Taken(ref, owner)
		}
	}
	if token := s.Named(&d.Delivery); token.ID != "" {
		if owner := t.tokenOwner(token); owner != "" && owner != d.Appeal {
			return journal.TakenToken(token, owner)
		}
	}
	a, err := t.find(d.Appeal)
	if err != nil {
		return err
	}
	d.back()
	if s.Counts {
		d.Attempts++
	}
	switch s.As {
	case journal.SettleDone:
		return t.settleDone(a, d, s)
	case journal.SettleDead:
		return t.settleDead(a, d, s)
	case journal.SettleBack:
		t.due(d.Link)
		return nil
	}
	return t.settleRetry(d, s)
}

// settleRetry puts the delivery off by as much as the caller's clock says, from
// the journal's now on.
func (t *tx) settleRetry(d *delivery, s *journal.Settlement) (err error) {
	d.Due = journal.Cut(t.now.Add(s.Due.Sub(s.At)))
	if !s.Due.After(s.At) {
		t.due(d.Link)
	}
	d.firm, d.LastKind = s.Firm, s.Kind
	d.sealed, err = t.seal(d.Appeal, s.Error)
	return err
}

func (t *tx) settleDead(a *appeal, d *delivery, s *journal.Settlement) (err error) {
	if d.sealed, err = t.seal(d.Appeal, s.Error); err != nil {
		return err
	}
	d.State, d.firm, d.LastKind = journal.DeliveryDeadly, false, s.Kind
	b, err := packed(journal.NoteBody(s.Error))
	if err != nil {
		return err
	}
	ev := &journal.Event{Kind: journal.DeliveryDead, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment, Reason: journal.Reason(s.Kind)}
	return t.chain(a, ev, b)
}

func (t *tx) settleDone(a *appeal, d *delivery, s *journal.Settlement) (err error) {
	d.ReceiptID = s.Receipt.Ref.ID
	a.settled(d, journal.DeliveryDoneOK, s.At)
	if d.Verb == journal.VerbFetch {
		err = t.fetched(a, d, s)
	} else {
		err = t.delivered(a, d, s)
	}
	if err != nil {
		return err
	}
	t.advance(a, d.Link)
	return nil
}

// fetched records that a file is in the spool, or can't be had.
func (t *tx) fetched(a *appeal, d *delivery, s *journal.Settlement) error {
	if s.File == nil {
		return errors.New("a fetch settled without its file")
	}
	learned := *s.File
	learned.ID = d.Attachment
	kind, state := journal.AttachmentStored, journal.FileStored
	if !learned.Stored() {
		kind, state = journal.AttachmentMissing, journal.FileMissing
	}
	b, err := packed(journal.FileBody(&learned))
	if err != nil {
		return err
	}
	ev := &journal.Event{Kind: kind, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment}
	if err := t.chain(a, ev, b); err != nil {
		return err
	}
	if f := a.files[d.Attachment]; f != nil {
		f.State, f.Learned.Size, f.Learned.SHA256, f.ends, f.dirty = state, learned.Size, learned.SHA256, ev, true
	}
	t.release(a, d.Attachment, state, ev.At)
	return nil
}

// delivered records that a link took it, and what that makes known.
func (t *tx) delivered(a *appeal, d *delivery, s *journal.Settlement) error {
	ev := &journal.Event{
		Kind: journal.DeliveryDone, At: s.At, Link: d.Link, Verb: d.Verb, Delivery: d.ID, Attachment: d.Attachment,
		ReceiptID: s.Receipt.Ref.ID, Token: s.Receipt.Token,
	}
	ref, tok := s.Receipt.Ref, sdk.Ref{Link: d.Link, ID: s.Receipt.Token}
	if ref.ID != "" && ref.Link == "" {
		ref.Link = d.Link
	}
	knows, owes := d.Verb == journal.VerbAppeal || d.Verb == journal.VerbConfirm, a.mayOwe(d)
	switch {
	case knows:
		t.learn(a, ref, tok)
	case d.Verb == journal.VerbAttachment && ref.ID != "":
		t.out.receipt(receiptKey{a.ID, d.Link, d.Attachment}, ref.ID)
	}
	done := d.Delivery
	in := journal.Input{Kind: ev.Kind, At: s.At, Link: d.Link, Done: &done, Told: t.places[d.ID].told}
	if ref.ID == "" {
		in.Token = s.Receipt.Token
	}
	if err := t.record(a, in, ev, body{}, nil); err != nil || !knows {
		return err
	}
	if owes {
		if err := t.takeUp(a, ev); err != nil {
			return err
		}
	}
	return t.attach(a, ref, tok, s.At)
}
