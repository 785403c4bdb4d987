package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// simulation asks what would be: a link that is down for a while, or other rules
// and another calendar.
type simulation struct {
	Organisation string `json:"organisation"`
	Down         named  `json:"down"`
	For          named  `json:"for"`
	Rules        named  `json:"rules"`    // YAML
	Calendar     named  `json:"calendar"` // YAML
}

// breachForm is an open term that would be missed.
type breachForm struct {
	dueForm
	WouldBe sdk.Date `json:"would_be,omitzero"` // its last day by the other rules or calendar
}

// simulated is what a simulation finds; the first breaches are listed.
type simulated struct {
	Seen int `json:"seen"` // open terms
	shifts
	Breaches int          `json:"breaches"`
	Items    []breachForm `json:"items"`
}

// simulatedMost bounds the list.
const simulatedMost = 1000

func (out *simulated) breach(f breachForm) {
	if out.Breaches++; len(out.Items) < simulatedMost {
		out.Items = append(out.Items, f)
	}
}

// simulate shows which open terms would be missed. It changes nothing.
func (s *server) simulate(x *exchange) error {
	var ask simulation
	if err := x.read(&ask); err != nil {
		return err
	}
	out := simulated{Items: []breachForm{}}
	_, err := s.organisation(ask.Organisation)
	switch {
	case err != nil:
	case ask.Down != "" && ask.Rules == "" && ask.Calendar == "":
		err = s.simulateOutage(x, &ask, &out)
	case ask.Down == "" && ask.For == "" && (ask.Rules != "" || ask.Calendar != ""):
		err = s.simulateCounting(x, &ask, &out)
	default:
		err = badRequest.with("it needs down and for, or rules, calendar or both")
	}
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, out)
}

func invalidMember(path, why string) error {
	return &sdk.ValidationError{Problems: []sdk.Problem{{Path: path, Rule: sdk.RuleFormat, Why: why}}}
}

// simulateOutage finds the terms that end while the link is down, of the appeals
// that go through it.
func (s *server) simulateOutage(x *exchange, ask *simulation, out *simulated) error {
	down := string(ask.Down)
	if s.links[down] == nil {
		return badRequest.with("down: %.100s is no link of this hub; its links are %s", down, strings.Join(slices.Sorted(maps.Keys(s.links)), ", "))
	}
	length, err := time.ParseDuration(string(ask.For))
	if err != nil || length <= 0 {
		return badRequest.with("for is no length of time such as 72h")
	}
	until := s.Now().Add(length)
	ctx := x.r.Context()
	q := journal.DeadlineQuery{Organisation: ask.Organisation, UpTo: sdk.DateOf(until.UTC().Add(12 * time.Hour))}
	return s.eachDue(ctx, q, func(d *journal.Deadline) error {
		out.Seen++
		if end := endOf(d, s.Practice(d.Organisation).Zone); end.Before(s.Now()) || end.After(until) {
			return nil
		}
		v, err := s.view(ctx, d.Appeal)
		if err == nil && (v.Source.Link == down || slices.Contains(v.Targets, down)) {
			out.breach(breachForm{dueForm: s.showDue(d)})
		}
		return err
	})
}

// simulateCounting finds the open terms that would have passed by now, and have
// not, if they were counted otherwise.
func (s *server) simulateCounting(x *exchange, ask *simulation, out *simulated) error {
	other, err := s.otherwise(ask)
	if err != nil {
		return err
	}
	now := s.Now()
	return s.eachAppeal(x.r.Context(), journal.AppealQuery{Organisation: ask.Organisation}, func(v *journal.View) error {
		p := other[v.Organisation]
		if p == nil {
			p = other[""]
		}
		s.recounted(v, p, func(was, is *deadline.Watched) {
			if was != nil {
				out.Seen++
			}
			if !out.count(was, is) || is == nil || now.Before(is.End(p.Zone)) || was != nil && !now.Before(was.End(p.Zone)) {
				return
			}
			if was == nil {
				was = is
			}
			d := journal.Deadline{Appeal: v.ID, Organisation: v.Organisation, Term: string(was.Term), Due: was.Due, DueAt: was.DueAt, Provisional: was.Provisional}
			out.breach(breachForm{s.showDue(&d), is.Due})
		})
		return nil
	})
}

// otherwise are the practices as they would be, by organisation: that of the one
// that is asked for; where none is, those of all, and by none that of appeals that
// are nobody's. A region's calendar is laid over the national one of each. Those that
// share an engine share the other one.
func (s *server) otherwise(ask *simulation) (map[string]*deadline.Practice, error) {
	var rules *deadline.Rules
	var err error
	if ask.Rules != "" {
		if rules, err = deadline.ParseRules([]byte(ask.Rules)); err != nil {
			return nil, invalidMember("/rules", err.Error())
		}
	}
	keys := []string{ask.Organisation}
	if ask.Organisation == "" {
		keys = append(keys, s.Bodies...)
	}
	other, tried := map[string]*deadline.Practice{}, map[*deadline.Engine]*deadline.Engine{}
	for _, key := range keys {
		p := *s.Practice(key)
		was := p.Engine
		if p.Engine = tried[was]; p.Engine == nil {
			as, err := s.Practice(key).Try(rules, []byte(ask.Calendar))
			if err != nil {
				return nil, invalidMember("/calendar", err.Error())
			}
			tried[was], p.Engine = as.Engine, as.Engine
		}
		other[key] = &p
	}
	return other, nil
}

// recounted counts an appeal's terms by a practice, and visits those that are open:
// as they were watched, and as they would be; nil where one is not.
func (s *server) recounted(v *journal.View, p *deadline.Practice, visit func(was, is *deadline.Watched)) {
	if v.Status == sdk.StatusClosed || v.Terms == "" {
		return
	}
	r, err := deadline.ParseRecord(v.Terms)
	if err != nil { // it stands in nobody's way
		s.Log.Error("what is kept of an appeal's terms can't be read", "appeal", v.ID, "error", err)
		return
	}
	terms := p.Terms(&r, v.Kind)
	now, _ := p.Watch(r.Watched, &terms, false)
	deadline.Compare(r.Watched, now, visit)
}
