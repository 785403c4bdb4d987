package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/report"
	"github.com/appealhub/appealhub/sdk"
)

// reportAppeals counts how the appeals of a period were answered. It walks through
// the views of all appeals since the period began, a page at a time.
func (s *server) reportAppeals(x *exchange) error {
	window, err := x.window()
	if err != nil {
		return err
	}
	by, err := x.dimensions()
	if err != nil {
		return err
	}
	tally := report.NewTally(report.Question{From: window.From, To: window.To, By: by, Now: journal.Cut(s.Now()).UTC(), Practice: s.Practice})
	q := journal.AppealQuery{}
	if q.Organisation, err = s.organisation(x.query.Get("organisation")); err != nil {
		return err
	}
	err = s.eachSince(x.r.Context(), q, window.From, func(v *journal.View) error {
		tally.Add(v)
		return nil
	})
	if err != nil {
		return err
	}
	names, err := s.categoryNames(x.r.Context(), tally.Samples())
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, tally.Report(names))
}

// window reads the period of receipt.
func (x *exchange) window() (w report.Window, err error) {
	for name, into := range map[string]*sdk.Date{"from": &w.From, "to": &w.To} {
		if text := x.query.Get(name); text != "" && into.UnmarshalText([]byte(text)) != nil {
			return w, badQuery.with("%s is not a date of the form 2006-01-02", name)
		}
	}
	if !w.To.IsZero() && w.To.Before(w.From) {
		return w, badQuery.with("to is before from")
	}
	return w, nil
}

// dimensions reads what a report is split by, commas between.
func (x *exchange) dimensions() (all []report.Dimension, err error) {
	text := x.query.Get("by")
	if text == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		one := report.Dimension(name)
		if !slices.Contains(report.Dimensions(), one) || slices.Contains(all, one) {
			return nil, badQuery.with("by is not a list, commas between, of some of %v", report.Dimensions())
		}
		all = append(all, one)
	}
	return all, nil
}

// The bounds of a walk through the views.
const (
	walkPage   = 1000
	walkMargin = 366 * 24 * time.Hour
)

// eachSince calls visit with the view of every appeal that may have been received
// on the day or later, newest first. The ids are in order of time: that of the
// receipt where the source tells it, else that of its registration or of the moment
// at which the hub took the appeal. So the walk ends a margin before the day. It
// misses what a source registered longer than that before the hub took it, without
// telling when it was received.
func (s *server) eachSince(ctx context.Context, q journal.AppealQuery, day sdk.Date, visit func(*journal.View) error) error {
	q.Limit = walkPage
	for {
		views, err := s.Journal.Appeals(ctx, q)
		if err != nil {
			return err
		}
		for i := range views {
			if !day.IsZero() && datedBefore(views[i].ID, day.In(time.UTC).Add(-walkMargin)) {
				return nil
			}
			if err := visit(&views[i]); err != nil {
				return err
			}
		}
		if len(views) < q.Limit {
			return nil
		}
		q.Before = views[len(views)-1].ID
	}
}

// datedBefore reports whether an appeal's id holds a time before another; false of
// an id that holds none.
func datedBefore(id string, at time.Time) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.Version() == 7 && time.Unix(parsed.Time().UnixTime()).Before(at)
}

// categoryNames opens one appeal of each category for its name.
func (s *server) categoryNames(ctx context.Context, samples map[string]string) (map[string]string, error) {
	names := map[string]string{}
	for category, id := range samples {
		r, err := s.Journal.Appeal(ctx, id)
		if errors.Is(err, journal.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		names[category] = report.NameOf(category, &r.Appeal)
	}
	return names, nil
}
