package api

import (
	"context"
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
	all, limit, err := s.parkedPage(x.r.Context(), journal.ParkedQuery{Link: x.query.Get("link"), Reason: reason, After: after}, limit)
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, showParked, func(p *journal.Parked) string { return strconv.FormatInt(p.ID, 10) }))
}

// The bounds of what is held of parked things: what was rejected is as large as its
// source sends it.
const (
	parkedStep  = 8        // things that are read at a time
	parkedBytes = 16 << 20 // bytes of their content with which a page ends
)

// parkedPage returns one thing more than the page has, where more follow: limit is how
// many it has, fewer than asked for where they are large.
func (s *server) parkedPage(ctx context.Context, q journal.ParkedQuery, most int) (all []journal.Parked, limit int, err error) {
	size := 0
	for len(all) <= most {
		q.Limit = min(parkedStep, most+1-len(all))
		some, err := s.Journal.Parked(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, some...)
		if len(some) < q.Limit {
			break
		}
		for i := range some {
			size += len(some[i].Body)
		}
		if size > parkedBytes {
			return all, min(most, max(1, len(all)-1)), nil
		}
		q.After = all[len(all)-1].ID
	}
	return all, most, nil
}
