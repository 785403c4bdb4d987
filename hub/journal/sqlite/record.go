package sqlite

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// chain puts e at the end of the appeal's stream and brings the view's count
// and time up to date. The caller stores the appeal.
func (t *tx) chain(a *appeal, e *journal.Event, b body) error {
	e.Stream, e.Organisation = a.ID, a.Organisation
	e.Sequence, e.PrevHash = a.Events+1, a.head
	if err := t.insert(e, b); err != nil {
		return err
	}
	a.Events, a.head, a.UpdatedAt = e.Sequence, e.Hash, e.At
	return nil
}

// record plans for what happened to an appeal and writes it all: the event, the
// files it announces, the deliveries and deadlines it leads to. files is the
// attachments that the event's body announces.
func (t *tx) record(a *appeal, in journal.Input, e *journal.Event, b body, files []sdk.Attachment) error {
	state, err := t.state(a)
	if err != nil {
		return err
	}
	p := t.options.Planner.Plan(state, in)
	a.follow(p.View, in)
	e.Reason = p.Reason
	if in.Appeal != nil {
		e.Status, e.Outcome, e.Revision = a.Status, a.Outcome, a.Revision
	}
	if err := t.chain(a, e, b); err != nil {
		return err
	}
	if in.Appeal != nil && e.Kind != journal.AppealRouted {
		a.body = e.Seq
	}
	if err := t.announce(a, e, files, state.Files); err != nil {
		return err
	}
	if err := t.plan(a, e, p.Steps, state.Files); err != nil {
		return err
	}
	if err := t.reason(a, in, e); err != nil {
		return err
	}
	if err := t.terms(a, in.At, e.Actor, &p, state.Files); err != nil {
		return err
	}
	return t.store(a)
}

// state is what the planner sees.
func (t *tx) state(a *appeal) (journal.State, error) {
	if !a.stored {
		return journal.State{}, nil
	}
	files, err := fileStates(t.c, a)
	if err != nil {
		return journal.State{}, err
	}
	refs := map[string]string{a.Source.Link: a.Source.ID}
	for link, id := range a.refs {
		refs[link] = id
	}
	return journal.State{View: a.View, Files: files, Refs: refs}, nil
}

// follow takes over what the planner decided. Identity, content and counts are
// the journal's own.
func (a *appeal) follow(planned journal.View, in journal.Input) {
	old := a.View
	a.View = planned
	v := &a.View
	v.ID, v.Source, v.Kind, v.FastTrack = old.ID, old.Source, old.Kind, old.FastTrack
	v.Version, v.Revision, v.ReceivedAt, v.Events = old.Version, old.Revision, old.ReceivedAt, old.Events
	v.StatusAt = journal.Cut(v.StatusAt)
	if planned.StatusAt.IsZero() {
		v.StatusAt = time.Time{}
	}
	if in.Appeal != nil && in.Kind != journal.AppealRouted {
		v.Kind, v.FastTrack, v.Version = in.Appeal.Kind, in.Appeal.FastTrack, in.Appeal.Version
		v.Revision++
	}
}

// reason brings the operator's list of parked things up to date: an appeal
// stands on it once, while it is parked.
func (t *tx) reason(a *appeal, in journal.Input, e *journal.Event) error {
	if in.Appeal != nil && a.stored {
		err := t.c.prepare("DELETE FROM parked WHERE appeal = ? AND appeal <> '' AND reason IN ('no_route', 'no_organisation')").text(a.ID).run()
		if err != nil {
			return err
		}
	}
	if !e.Reason.Parks() {
		return nil
	}
	return t.park(e, a.ID, "")
}

// park puts an event on the list of parked things.
func (t *tx) park(e *journal.Event, appeal, token string) error {
	return t.c.prepare("INSERT INTO parked (at, link, ref_id, token, source_id, reason, appeal, event) VALUES (?,?,?,?,?,?,?,?)").
		int(e.At.UnixMicro()).text(e.Link, e.RefID, token, e.SourceID, string(e.Reason), appeal).int(e.Seq).run()
}
