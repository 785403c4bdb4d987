package api

import (
	"errors"
	"net/http"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// errEnough ends a walk.
var errEnough = errors.New("enough")

// Bounds of a calendar feed: so many terms, those first that end first, but for
// what has been overdue for longer than so many days.
const (
	feedMost  = 5000
	feedSince = 31
)

// deadlineFeed is the open terms as a calendar that controllers subscribe to
// (iCalendar, RFC 5545). It names the term and the hub's id of the appeal, and
// nobody.
func (s *server) deadlineFeed(x *exchange) error {
	organisation, err := s.organisation(x.query.Get("organisation"))
	if err != nil {
		return err
	}
	cal := ics.NewCalendar()
	cal.SetMethod(ics.MethodPublish)
	cal.SetProductId("-//appealhub//deadlines//EN")
	cal.SetName("Deadlines of appeals")
	cal.SetRefreshInterval("PT15M")
	n := 0
	since := &journal.Deadline{Due: sdk.DateOf(s.Now()).AddDays(-feedSince)}
	err = s.eachDue(x.r.Context(), journal.DeadlineQuery{Organisation: organisation, After: since}, func(d *journal.Deadline) error {
		if n++; n > feedMost {
			return errEnough
		}
		s.addTerm(cal, d)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	x.send(http.StatusOK, "text/calendar; charset=utf-8", []byte(cal.Serialize(ics.WithNewLineWindows)))
	return nil
}

func (s *server) addTerm(cal *ics.Calendar, d *journal.Deadline) {
	e := cal.AddEvent(d.Appeal + "-" + d.Term + "@appealhub")
	e.SetDtStampTime(s.Now().UTC())
	if d.DueAt.IsZero() {
		day := d.Due.In(time.UTC)
		e.SetAllDayStartAt(day)
		e.SetAllDayEndAt(day.AddDate(0, 0, 1))
	} else {
		e.SetStartAt(d.DueAt)
		e.SetEndAt(d.DueAt)
	}
	summary := d.Term + ": appeal " + d.Appeal
	if d.Provisional {
		summary = "PROVISIONAL " + summary
	}
	if s.overdue(d) {
		summary = "OVERDUE " + summary
	}
	e.SetSummary(summary)
	description := "appealhub deadline explain " + d.Appeal
	if d.Provisional {
		description += "\nThe date rests on a calendar that may still change, or is missing."
	}
	e.SetDescription(description)
	e.SetTimeTransparency(ics.TransparencyTransparent)
}
