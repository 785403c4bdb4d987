package sqlite

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Append makes a batch durable and plans it. An entry that is refused (a Route
// of what is unknown or not parked, an appeal without a reference) refuses the
// batch.
func (j *Journal) Append(ctx context.Context, b journal.Batch) ([]journal.Result, error) {
	if b.Offset != nil {
		return nil, journal.ErrNoOffsets
	}
	bodies := make([]body, len(b.Entries))
	for i := range b.Entries {
		var err error
		if bodies[i], err = prepare(&b.Entries[i]); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	var results []journal.Result
	err := j.do(ctx, false, func(t *tx) error {
		results = make([]journal.Result, len(b.Entries))
		for i := range b.Entries {
			var err error
			if results[i], err = t.entry(&b.Entries[i], bodies[i]); err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
		}
		return t.move(b.Cursors)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (t *tx) move(all []journal.Position) error {
	for _, p := range all {
		err := t.c.prepare("INSERT OR REPLACE INTO cursors (link, feed, at) VALUES (?,?,?)").text(p.Link, p.Feed, string(p.At)).run()
		if err != nil {
			return err
		}
	}
	return nil
}

// prepare encodes an entry's payload, on the caller's own time.
func prepare(e *journal.Entry) (body, error) {
	switch {
	case e.Appeal != nil:
		if e.Appeal.Ref.Link == "" || e.Appeal.Ref.ID == "" {
			return body{}, fmt.Errorf("an appeal without a reference")
		}
		return packedAppeal(e.Appeal)
	case e.Change != nil:
		if e.Change.ID == "" {
			return body{}, fmt.Errorf("a status change without an id")
		}
		return packed(journal.ChangeBody(e.Change))
	case e.Rejected != nil:
		return packed(journal.RawBody(e.Rejected, e.Message))
	case e.Resolve != nil:
		return packed(journal.NoteBody(e.Resolve.Why))
	case e.Clock != nil && e.Clock.Noted != nil:
		return packed(journal.NotedBody(e.Clock.Noted))
	case e.Route != "", e.Clock != nil:
		return body{}, nil
	}
	return body{}, fmt.Errorf("an entry with nothing in it")
}

func (t *tx) entry(e *journal.Entry, b body) (journal.Result, error) {
	switch {
	case e.Appeal != nil:
		return t.appeal(e, b)
	case e.Change != nil:
		return t.change(e, b)
	case e.Rejected != nil:
		return t.rejected(e, b)
	case e.Resolve != nil:
		return t.resolve(e, b)
	case e.Clock != nil:
		return t.tick(e, b)
	}
	return t.route(e)
}

// rejected keeps what could not be parsed, once.
func (t *tx) rejected(e *journal.Entry, b body) (journal.Result, error) {
	return t.reject(e, e.Rejected, journal.ReasonUnparsable, b)
}

func (t *tx) reject(e *journal.Entry, raw *sdk.Raw, reason journal.Reason, b body) (journal.Result, error) {
	ev := &journal.Event{
		Kind: journal.ItemRejected, At: e.At, Link: e.Link, RefID: raw.RefID, Actor: e.Actor,
		SourceID: hex.EncodeToString(digestOf(raw.Body)), Token: e.Place, Reason: reason,
	}
	s := t.c.prepare("SELECT 1 FROM parked WHERE link = ? AND ref_id = ? AND token = ? AND source_id = ? AND reason = ?").
		text(ev.Link, ev.RefID, ev.Token, ev.SourceID, string(reason))
	known, err := s.one()
	s.done()
	if err != nil || known {
		return journal.Result{Outcome: journal.Duplicate, Reason: reason}, err
	}
	if err := t.insertLink(ev, b); err != nil {
		return journal.Result{}, err
	}
	return journal.Result{Outcome: journal.Appended, Event: ev.ID, Reason: ev.Reason}, t.park(ev, "", ev.Token)
}

// route plans a parked appeal again.
func (t *tx) route(e *journal.Entry) (journal.Result, error) {
	a, err := t.find(e.Route)
	if err != nil {
		return journal.Result{}, err
	}
	if a.Parked == journal.ReasonNone {
		return journal.Result{}, fmt.Errorf("%w: the appeal is not parked", journal.ErrState)
	}
	content, err := t.content(t.c, a.body)
	if err != nil {
		return journal.Result{}, err
	}
	whole := journal.Complete(content, &a.View, a.Revision, nil, nil)
	ev := &journal.Event{Kind: journal.AppealRouted, At: e.At, Link: a.Source.Link, RefID: a.Source.ID, Actor: e.Actor}
	in := journal.Input{Kind: ev.Kind, At: e.At, Link: a.Source.Link, Appeal: whole}
	if err := t.record(a, in, ev, body{}, nil); err != nil {
		return journal.Result{}, err
	}
	return journal.Result{Outcome: journal.Appended, Appeal: a.ID, Event: ev.ID, Revision: a.Revision, Reason: ev.Reason}, nil
}
