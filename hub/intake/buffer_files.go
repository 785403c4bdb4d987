package intake

import (
	"context"
	"errors"
	"slices"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// hasFiles reports whether the entry's link has files to be fetched: its source
// is acknowledged once they are settled.
func (in *Intake) hasFiles(e *journal.Entry) bool {
	s := in.sources[e.Link]
	if s == nil || !s.link.Can().Attacher {
		return false
	}
	return e.Appeal != nil && len(e.Appeal.Attachments) > 0 || e.Change != nil && len(e.Change.Attachments) > 0
}

// filesSettled asks the journal whether it has what the bus took of an item, and
// its files. A journal that is down has not.
func (in *Intake) filesSettled(ctx context.Context, e *journal.Entry) (bool, error) {
	settled, err := in.held(ctx, e)
	if unavailable(ctx, err) || errors.Is(err, journal.ErrNotFound) {
		return false, nil
	}
	return settled, err
}

func (in *Intake) held(ctx context.Context, e *journal.Entry) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	id, err := in.cfg.Journal.ByRef(ctx, refOf(e))
	if err != nil {
		return false, err
	}
	if e.Change != nil {
		if known, err := in.recorded(ctx, id, e); err != nil || !known {
			return false, err
		}
	}
	r, err := in.cfg.Journal.Appeal(ctx, id)
	if err != nil || e.Appeal != nil && r.View.Version != e.Appeal.Version {
		return false, err
	}
	return !slices.ContainsFunc(r.Deliveries, func(d journal.Delivery) bool {
		return d.Verb == journal.VerbFetch && d.Link == e.Link && d.SettledAt.IsZero()
	}), nil
}

// recorded reports whether an appeal's history has the entry's change.
func (in *Intake) recorded(ctx context.Context, appeal string, e *journal.Entry) (bool, error) {
	events, err := in.cfg.Journal.History(ctx, appeal)
	return slices.ContainsFunc(events, func(ev journal.Event) bool {
		return ev.Kind == journal.StatusChanged && ev.Link == e.Link && ev.SourceID == e.Change.ID
	}), err
}

// refOf is the reference that an entry is about, with its link.
func refOf(e *journal.Entry) sdk.Ref {
	switch {
	case e.Appeal != nil:
		return e.Appeal.Ref
	case e.Change != nil && e.Change.Ref.ID != "":
		return sdk.Ref{Link: e.Link, ID: e.Change.Ref.ID}
	case e.Rejected != nil:
		return sdk.Ref{Link: e.Link, ID: e.Rejected.RefID}
	}
	return sdk.Ref{Link: e.Link}
}
