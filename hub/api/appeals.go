package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appeals lists appeals, newest first.
func (s *server) appeals(x *exchange) error {
	status, err := oneOf(x, "status", sdk.Statuses())
	if err != nil {
		return err
	}
	parked, err := oneOf(x, "parked", []string{"true", "false"})
	if err != nil {
		return err
	}
	organisation, err := s.present(x)
	if err != nil {
		return err
	}
	limit, err := x.limit()
	if err != nil {
		return err
	}
	before := x.query.Get("cursor")
	if before != "" && uuid.Validate(before) != nil {
		return badQuery.with("cursor is not one that this list gave")
	}
	views, err := s.Journal.Appeals(x.r.Context(), journal.AppealQuery{
		Organisation: organisation, Link: x.query.Get("link"), Status: status, Parked: parked == "true",
		Before: before, Limit: limit + 1,
	})
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(views, limit, showView, func(v *journal.View) string { return v.ID }))
}

// present is the organisation that a list's caller names: one of the hub's, or one of which
// there are appeals from before; empty for none.
func (s *server) present(x *exchange) (string, error) {
	key := x.query.Get("organisation")
	_, unknown := s.organisation(key)
	if unknown == nil {
		return key, nil
	}
	former, err := s.Journal.Appeals(x.r.Context(), journal.AppealQuery{Organisation: key, Limit: 1})
	if err == nil && len(former) == 0 {
		err = unknown
	}
	return key, err
}

// appeal shows one appeal with all its views.
func (s *server) appeal(x *exchange) error {
	r, err := s.Journal.Appeal(x.r.Context(), x.r.PathValue("id"))
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, showRecord(&r, s.zone(r.View.Organisation)))
}

// zone names the time zone in which an organisation's people read times.
func (s *server) zone(organisation string) string {
	return s.Practice(organisation).Zone.String()
}

// history shows an appeal's trail, bodies and all.
func (s *server) history(x *exchange) error {
	id := x.r.PathValue("id")
	if uuid.Validate(id) != nil { // a link's stream is no appeal
		return journal.ErrNotFound
	}
	events, err := s.Journal.History(x.r.Context(), id)
	if err != nil {
		return err
	}
	out := struct {
		Appeal   string             `json:"appeal"`
		TimeZone string             `json:"time_zone"`
		Items    []journal.Document `json:"items"`
	}{Appeal: id, TimeZone: time.UTC.String(), Items: make([]journal.Document, len(events))}
	for i := range events {
		out.Items[i] = journal.DocumentOf(&events[i])
		if key := events[i].Organisation; key != "" {
			out.TimeZone = s.zone(key)
		}
	}
	return x.answer(http.StatusOK, out)
}

// reroute plans a parked appeal again: configuration may know its organisation
// or its way by now.
func (s *server) reroute(x *exchange) error {
	if err := x.read(&struct{}{}); err != nil {
		return err
	}
	id := x.r.PathValue("id")
	results, err := s.Journal.Append(x.r.Context(), journal.Batch{
		Entries: []journal.Entry{{At: s.Now(), Actor: x.actor, Route: id}},
	})
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, struct {
		ID      string          `json:"id"`
		Outcome journal.Outcome `json:"outcome"`
		Reason  journal.Reason  `json:"reason,omitzero"`
	}{id, results[0].Outcome, results[0].Reason})
}
