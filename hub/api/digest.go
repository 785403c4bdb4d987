package api

import (
	"net/http"
	"slices"

	"github.com/appealhub/appealhub/hub/intake"
)

// digest is an organisation's day at a glance, as links are told of it.
func (s *server) digest(x *exchange) error {
	organisation := x.query.Get("organisation")
	if organisation == "" && len(s.Bodies) == 1 {
		organisation = s.Bodies[0]
	}
	if !slices.Contains(s.Bodies, organisation) {
		return badQuery.with("organisation is none of [%s]", some(s.Bodies))
	}
	p := s.Practice(organisation)
	d, err := intake.Digest(x.r.Context(), s.Journal, organisation, intake.Days{Zone: p.Zone, Soon: p.Farthest()}, s.Now())
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, d)
}
