package api

import (
	"net/http"
	"strconv"

	"github.com/appealhub/appealhub/hub/journal"
)

// parkedReasons lists the reasons for which something is parked.
func parkedReasons() []journal.Reason {
	return []journal.Reason{
		journal.ReasonUnknownRef, journal.ReasonUnmapped, journal.ReasonIllegalMove,
		journal.ReasonNoRoute, journal.ReasonNoOrganisation, journal.ReasonUnparsable, journal.ReasonConflict,
	}
}

// parked lists what waits for knowledge or for an operator, oldest first.
func (s *server) parked(x *exchange) error {
	reason, err := oneOf(x, "reason", parkedReasons())
	if err != nil {
		return err
	}
	limit, err := x.limit()
	if err != nil {
		return err
	}
	after, err := x.after()
	if err != nil {
		return err
	}
	all, err := s.Journal.Parked(x.r.Context(), journal.ParkedQuery{Link: x.query.Get("link"), Reason: reason, After: after, Limit: limit + 1})
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, showParked, func(p *journal.Parked) string { return strconv.FormatInt(p.ID, 10) }))
}
