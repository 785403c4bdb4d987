package deadline

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// What is noted of a suspension. They are no events that a term can run from: they
// stop and start those whose rule pauses.
const (
	Suspended Event = "suspended" // terms that may be paused stop, from this day on
	Resumed   Event = "resumed"   // they go on; this day counts again
)

// Errors of notes that don't fit what is known.
var (
	ErrNotSuspended = errors.New("the terms are not suspended")
	ErrResumedEarly = errors.New("the terms were suspended later than that")
)

// Suspension is a time in which terms that may be paused do not run: the days
// from From up to and without Until.
type Suspension struct {
	From, Until sdk.Date // no Until: it lasts
}

func (s Suspension) lasts() bool { return s.Until.IsZero() }

// Note takes up an event that somebody tells of. Told again, it is corrected: while a
// suspension lasts its first day, after it its end. One that resumes on the day of its
// suspension takes that back.
func (r *Record) Note(e Event, at Moment, zone *time.Location) error {
	switch e {
	case Suspended:
		r.suspend(at.In(zone))
	case Resumed:
		return r.resume(at.In(zone))
	default:
		if m := r.Moment(e); m != nil {
			*m = at
		}
	}
	return nil
}

func (r *Record) suspend(on sdk.Date) {
	s := slices.DeleteFunc(slices.Clone(r.Suspensions), Suspension.lasts)
	r.Suspensions = append(s, Suspension{From: on})
}

func (r *Record) resume(on sdk.Date) error {
	i := slices.IndexFunc(r.Suspensions, Suspension.lasts)
	if i < 0 {
		i = len(r.Suspensions) - 1
	}
	switch {
	case i < 0:
		return ErrNotSuspended
	case on.Before(r.Suspensions[i].From):
		return ErrResumedEarly
	}
	r.Suspensions = slices.Clone(r.Suspensions)
	if r.Suspensions[i].Until = on; r.Suspensions[i].From == on {
		r.Suspensions = slices.Delete(r.Suspensions, i, i+1)
	}
	return nil
}

// pause returns the days that suspensions put the end of a term off by; where one
// lasts, the term is suspended.
func (c *computation) pause(i int, t *Term, start, end day) int {
	days, since := c.pauses(start, end)
	if !since.IsZero() {
		c.suspended[i] = true
		c.warn(WarnSuspended, t.Term, fmt.Sprintf("the term is suspended since %s: it does not run, and has no last day yet", since))
	}
	return days
}

// pauseExtended puts off the end of an extended term by the suspensions that lie
// behind its unextended end; not one that somebody names, but that too is suspended
// while a suspension lasts.
func (c *computation) pauseExtended(i int, r *Rule, t *Term, end day) day {
	if !r.Pauses || t.Extra.IsZero() {
		return end
	}
	paused := t.Paused
	days := c.pause(i, t, dayOf(t.From.Date), end-day(paused))
	if !t.Extra.Until.IsZero() {
		return end
	}
	t.Paused = days
	return end + day(days-paused)
}

// pauses counts the days of suspensions between start and end, which each of
// them puts off; since when, where one lasts. A day of two counts once.
func (c *computation) pauses(start, end day) (days int, since sdk.Date) {
	after := start
	for _, s := range c.suspensions() {
		from := max(dayOf(s.From), after+1)
		if from > end+day(days) {
			continue
		}
		if s.lasts() {
			return 0, s.From
		}
		days += max(0, int(dayOf(s.Until)-from))
		after = max(after, dayOf(s.Until)-1)
	}
	return days, sdk.Date{}
}

// suspensions are those of the appeal, by their first day.
func (c *computation) suspensions() []Suspension {
	return slices.SortedStableFunc(slices.Values(c.f.Suspensions), func(a, b Suspension) int { return int(dayOf(a.From) - dayOf(b.From)) })
}

// NoGround is noted in place of a ground that was noted by mistake.
const NoGround = "none"

// NoteGround takes up the ground by which the terms are counted; NoGround takes it
// back.
func (r *Record) NoteGround(ground string) {
	if r.Ground = ground; ground == NoGround {
		r.Ground = ""
	}
}

// Pauses reports whether a term of an appeal that the record is of can be suspended.
func (p *Practice) Pauses(r *Record, kind sdk.AppealKind) bool {
	all := p.Terms(r, kind)
	suspended := func(w Warning) bool { return w.Code == WarnSuspended }
	return slices.ContainsFunc(all.Warnings, suspended) || slices.ContainsFunc(all.Terms, func(t Term) bool {
		return slices.ContainsFunc(p.Engine.rules.all, func(r Rule) bool { return r.ID == t.Rule && r.Pauses })
	})
}
