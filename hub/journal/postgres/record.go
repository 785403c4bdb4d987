package postgres

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// chain puts e at the end of the appeal's stream and brings the view's count and
// time up to date.
func (t *tx) chain(a *appeal, e *journal.Event, b body) error {
	e.Stream, e.Organisation = a.ID, a.Organisation
	e.Sequence, e.PrevHash = a.Events+1, a.head
	if err := t.insert(e, b); err != nil {
		return err
	}
	a.Events, a.head, a.UpdatedAt, a.dirty = e.Sequence, e.Hash, e.At, true
	return nil
}

// record plans for what happened to an appeal and notes it all: the event, the
// files it announces, the deliveries and deadlines it leads to. files is the
// attachments that the event's body announces.
func (t *tx) record(a *appeal, in journal.Input, e *journal.Event, b body, files []sdk.Attachment) error {
	p := t.options.Planner.Plan(a.state(), in)
	known := a.Events > 0
	a.follow(p.View, in)
	e.Reason = p.Reason
	if in.Appeal != nil {
		e.Status, e.Outcome, e.Revision = a.Status, a.Outcome, a.Revision
	}
	if err := t.chain(a, e, b); err != nil {
		return err
	}
	if in.Appeal != nil && e.Kind != journal.AppealRouted {
		a.latest = e
	}
	a.announce(e, files)
	t.plan(a, e, p.Steps)
	if in.Appeal != nil && known {
		t.unpark(a)
	}
	if e.Reason.Parks() {
		t.park(e, a.ID, "")
	}
	return t.terms(a, in.At, e.Actor, &p)
}

// state is what the planner sees.
func (a *appeal) state() journal.State {
	if a.Events == 0 {
		return journal.State{}
	}
	refs := map[string]string{a.Source.Link: a.Source.ID}
	for link, id := range a.refs {
		refs[link] = id
	}
	return journal.State{View: a.View, Files: a.states(), Refs: refs}
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

// announce notes the files that an event tells of and that were not known.
func (a *appeal) announce(e *journal.Event, files []sdk.Attachment) {
	for i := range files {
		f := &files[i]
		if a.files[f.ID] != nil {
			continue
		}
		row := &file{id: f.ID, tells: e, fresh: true}
		row.State, row.Learned.Size, row.Learned.SHA256 = journal.AnnouncedState(f), f.Size, f.SHA256
		a.files[f.ID] = row
		a.nfiles++
	}
}
