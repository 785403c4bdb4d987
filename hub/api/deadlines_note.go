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
	Event    string `json:"event"`
	At       string `json:"at"` // a date or a time
	Category string `json:"category"`
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
	if err := fits(noted, v.Terms, p); err != nil {
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
	n := &journal.Noted{Event: ask.Event, Category: ask.Category, Why: ask.Why}
	switch {
	case (ask.Event == "") == (ask.Category == ""):
		return nil, invalidMember("", "needs event and at, or category")
	case len(ask.Why) > sdk.MaxTitle:
		return nil, invalidMember("/why", "is too long")
	case ask.Category != "":
		if !slices.Contains(p.Categories(), ask.Category) {
			return nil, invalidMember("/category", "is none that the rules name: "+known(p.Categories()))
		}
		return n, nil
	case !slices.Contains(notable(), ask.Event):
		return nil, invalidMember("/event", "is none of "+known(notable()))
	}
	var err error
	if n.Date, err = sdk.ParseDate(ask.At); err != nil {
		n.At, err = time.Parse(time.RFC3339, ask.At)
	}
	if err != nil {
		return nil, invalidMember("/at", "is neither a date such as 2026-11-25 nor a time such as 2026-11-25T10:00:00+03:00")
	}
	if year := max(n.Date.Year, n.At.Year()); year < firstYear || year > lastYear { // one of the two is zero, of the year 0 or 1
		return nil, invalidMember("/at", fmt.Sprintf("is not of the years %d to %d", firstYear, lastYear))
	}
	return n, nil
}

// The years that appeals are of, as appeal.v1 has them.
const firstYear, lastYear = 1900, 2199

// fits checks a note against what is known of the appeal's terms.
func fits(n *journal.Noted, terms string, p *deadline.Practice) error {
	e := deadline.Event(n.Event)
	if e != deadline.Suspended && e != deadline.Resumed {
		return nil
	}
	if !p.Pauses() {
		return invalidMember("/event", "has no effect: no rule in force pauses")
	}
	r, err := deadline.ParseRecord(terms)
	if err != nil {
		return err
	}
	switch err := r.Note(e, deadline.Moment{At: n.At, Date: n.Date}, p.Zone); {
	case errors.Is(err, deadline.ErrResumedEarly):
		return invalidMember("/at", err.Error())
	case err != nil:
		return invalidMember("/event", err.Error())
	}
	return nil
}
