package api

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// note is an operator's word of what an official did.
type note struct {
	Event    named  `json:"event"`
	At       named  `json:"at"` // a date or a time
	Category named  `json:"category"`
	Why      string `json:"why"`
}

// notable are the events that no system tells of.
func notable() []string {
	var out []string
	for _, e := range []deadline.Event{
		deadline.Registered, deadline.Notified, deadline.Returned, deadline.DocumentsRequested, deadline.DocumentsSupplied,
		deadline.ExtensionNotified, deadline.Suspended, deadline.Resumed,
	} {
		out = append(out, string(e))
	}
	return out
}

// noteTerm takes up what an official did, has the terms counted by it and answers
// with them.
func (s *server) noteTerm(x *exchange) error {
	var ask note
	if err := x.read(&ask); err != nil {
		return err
	}
	id := x.r.PathValue("id")
	v, err := s.view(x.r.Context(), id)
	if err != nil {
		return err
	}
	p := s.Practice(v.Organisation)
	noted, err := s.readNote(&ask, p)
	if err != nil {
		return err
	}
	if err := s.fits(noted, &v, p); err != nil {
		return err
	}
	_, err = s.Journal.Append(x.r.Context(), journal.Batch{Entries: []journal.Entry{{
		At: s.Now(), Actor: x.actor, Link: link.ReservedName, Clock: &journal.Clock{Appeal: id, Noted: noted},
	}}})
	if err != nil {
		return err
	}
	return s.explain(x)
}

// readNote checks a note. The rules must know the ground that it names.
func (s *server) readNote(ask *note, p *deadline.Practice) (*journal.Noted, error) {
	n := &journal.Noted{Event: string(ask.Event), Category: string(ask.Category), Why: ask.Why}
	switch {
	case (ask.Event == "") == (ask.Category == ""):
		return nil, invalidMember("", "needs event and at, or category")
	case checkWhy(ask.Why) != nil:
		return nil, checkWhy(ask.Why)
	case ask.Category != "" && ask.At != "":
		return nil, invalidMember("/at", "goes with event: a category has no time")
	case ask.Category != "":
		if all := append(p.Engine.Categories(), deadline.NoGround); !slices.Contains(all, n.Category) {
			return nil, invalidMember("/category", "is none that the rules name: "+known(all))
		}
		return n, nil
	case !slices.Contains(notable(), n.Event):
		return nil, invalidMember("/event", "is none of "+known(notable()))
	}
	var err error
	if n.Date, err = sdk.ParseDate(string(ask.At)); err != nil {
		n.At, err = time.Parse(time.RFC3339, string(ask.At))
	}
	if err != nil {
		return nil, invalidMember("/at", "is neither a date such as 2026-11-25 nor a time such as 2026-11-25T10:00:00+03:00")
	}
	return n, nil
}

// fits checks a note against what is known of the appeal's terms: what happened did
// so while the hub has the appeal, and not in days to come.
func (s *server) fits(n *journal.Noted, v *journal.View, p *deadline.Practice) error {
	if n.Event == "" {
		return nil
	}
	r, err := deadline.ParseRecord(v.Terms)
	if err != nil {
		return err
	}
	e, at := deadline.Event(n.Event), deadline.Moment{At: n.At, Date: n.Date}
	switch on, today := at.In(p.Zone), s.today(v.Organisation); {
	case today.Before(on):
		return invalidMember("/at", fmt.Sprintf("%s is yet to come: today is %s", on, today))
	case !r.Received.IsZero() && on.Before(r.Received.In(p.Zone)):
		return invalidMember("/at", fmt.Sprintf("%s is before the appeal came on %s", on, r.Received.In(p.Zone)))
	case (e == deadline.Suspended || e == deadline.Resumed) && !p.Pauses(&r, v.Kind):
		return invalidMember("/event", "has no effect: no rule by which the appeal's terms are counted pauses")
	}
	switch err := r.Note(e, at, p.Zone); {
	case errors.Is(err, deadline.ErrResumedEarly):
		return invalidMember("/at", err.Error())
	case err != nil:
		return invalidMember("/event", err.Error())
	}
	return nil
}
