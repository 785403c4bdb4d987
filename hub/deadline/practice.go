package deadline

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Practice is how one organisation counts and watches its terms.
type Practice struct {
	Engine    *Engine
	Zone      *time.Location
	Policy    Policy     // empty: PreviousWorkingDay
	DecreeOff bool       // non-working days by decree are days off
	Near      []Distance // when a term is near
}

// Terms computes the terms of an appeal that the record is of.
func (p *Practice) Terms(r *Record, kind sdk.AppealKind) Terms {
	f := r.Facts
	f.Kind, f.Zone, f.Policy, f.DecreeOff = kind, p.Zone, p.Policy, p.DecreeOff
	if r.Ground != "" {
		f.Categories = append([]string{r.Ground}, r.Categories...)
	}
	return p.Engine.Terms(&f)
}

// Tell marks what is to be told of a record's terms at a time, and returns it.
func (p *Practice) Tell(r *Record, at time.Time) (news []News) {
	for i := range r.Watched {
		news = append(news, r.Watched[i].Tell(p, at)...)
	}
	return news
}

// With is the practice by other rules and with the years of a calendar over its
// own; nil changes nothing.
func (p *Practice) With(rules *Rules, calendar *Calendar) *Practice {
	other := *p
	e := *p.Engine
	if rules != nil {
		e.rules = rules
	}
	if calendar != nil {
		e.calendar = e.calendar.With(calendar)
	}
	other.Engine = &e
	return &other
}

// Provisional lists the years whose calendar may still change.
func (p *Practice) Provisional() (years []int) {
	c := p.Engine.calendar
	for _, n := range c.Years() {
		if c.Provisional(n) != "" {
			years = append(years, n)
		}
	}
	return years
}

// Farthest is the longest distance in days at which a term is near.
func (p *Practice) Farthest() (days int) {
	for _, d := range p.Near {
		days = max(days, d.Days)
	}
	return days
}
