package deadline

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// computation is the work on one appeal.
type computation struct {
	*Engine
	f          *Facts
	at         [eventCount]*Moment // the events of f
	zone       *time.Location
	rule       [termCount]*Rule    // of each term that the appeal has
	slot       [termCount]int      // of the term in the result
	replaced   [termCount]bool     // another term runs in its place
	suspended  [termCount]bool     // it does not run now
	begun      [termCount]sdk.Date // when it began, by the rule chosen
	unextended [termCount]day      // where a term would end unextended and unmoved
	began      [termCount]day      // the day after which it ends
	skipped    []Skipped           // of all terms
	own        int                 // where those of the term at work begin
	warnings   []Warning
	assumed    bool
}

func (c *computation) warn(code Code, t TermID, text string) {
	for _, w := range c.warnings {
		if w.Code == code && w.Text == text {
			return
		}
	}
	c.warnings = append(c.warnings, Warning{Code: code, Term: t, Text: text})
}

// compute works out the term i by its rule into t; not one that is suspended, or
// counted from one that is.
func (c *computation) compute(i int, t *Term, terms []Term) {
	r := c.rule[i]
	if r.Before != "" && c.suspended[r.before] {
		c.suspended[i] = true
		return
	}
	t.Term, t.Rule, t.Article, t.Source = r.Term, r.ID, r.Article, r.Source
	t.OnlyIf, t.Note, t.Unit, t.Unsettled = r.OnlyIf, r.Note, r.Unit, r.Unsettled
	if c.holds(r, terms) {
		t.OnlyIf = ""
	}
	c.own = len(c.skipped)
	c.began[i] = c.beginning(i, r)
	switch {
	case r.Before != "":
		c.countBack(r, t, &terms[c.slot[r.before]])
	case r.Unit == Hours:
		c.countHours(r, t, c.startOf(r, t))
	default:
		c.startOf(r, t)
		c.count(i, r, t)
	}
	if c.suspended[i] {
		*t = Term{}
		return
	}
	c.end(r, t)
	if t.Moved = c.skipped[c.own:len(c.skipped):len(c.skipped)]; t.Moved == nil {
		t.Moved = []Skipped{}
	}
}

// holds reports whether the condition of a rule is known to be so.
func (c *computation) holds(r *Rule, terms []Term) bool {
	switch r.Term {
	case ExtensionNotice:
		return r.Before != "" && !terms[c.slot[r.before]].Extra.IsZero()
	case Notice, Forwarding:
		return !c.f.Forwarded.IsZero()
	case Return:
		return !c.f.Returned.IsZero()
	}
	return false
}

// start is when the event of a rule happened.
func (c *computation) start(r *Rule) (m *Moment, assumed bool) {
	if r.Start == Registered {
		return c.f.registration()
	}
	return c.at[r.start], false
}

// startOf finds the moment from which a term runs, restarts included.
func (c *computation) startOf(r *Rule, t *Term) *Moment {
	m, assumed := c.start(r)
	event := r.Start
	for i, e := range r.restart {
		if again := c.at[e]; !again.IsZero() && !c.before(again, m) {
			m, event, assumed = again, r.Restart[i], false
		}
	}
	if assumed {
		t.Assumed, c.assumed = true, true
	}
	t.From = Start{Event: event, Date: m.In(c.zone)}
	return m
}

// before reports whether a happened before b: by instants where both are known,
// else by local dates.
func (c *computation) before(a, b *Moment) bool {
	if !a.bare() && !b.bare() {
		return a.At.Before(b.At)
	}
	return a.In(c.zone).Before(b.In(c.zone))
}

// countHours counts a term in hours: an instant, never moved.
func (c *computation) countHours(r *Rule, t *Term, from *Moment) {
	at := from.At
	if at.IsZero() {
		at = from.Date.In(c.zone)
		c.warn(WarnHours, t.Term, "a term in hours runs from a date without a time: it is counted from the first moment of the day")
	}
	t.From.At = at.In(c.zone)
	t.Days = r.length(c.f)
	t.DueAt = t.From.At.Add(time.Duration(t.Days) * time.Hour)
	t.Due = sdk.DateOf(t.DueAt)
	t.BaseDue = t.Due
}

// count counts a term in days. The day of the event is not counted.
func (c *computation) count(i int, r *Rule, t *Term) {
	start := dayOf(t.From.Date)
	t.Days = r.length(c.f)
	base := c.add(t, start, t.Days)
	if r.Pauses {
		if t.Paused = c.pause(i, t, start, base); c.suspended[i] {
			return
		}
		base += day(t.Paused)
	}
	c.unextended[i] = base
	if t.Term == Answer && len(c.f.Extensions) > 0 {
		if base = c.extend(i, t, base); !t.Extra.Until.IsZero() {
			t.Policy = CalendarDay
		}
		if base = c.pauseExtended(i, r, t, base); c.suspended[i] {
			return
		}
	}
	c.settle(r, t, base, c.began[i])
}

// add returns the day n days of the term's unit after d: before it where n is
// negative. Days off among working days are skipped.
func (c *computation) add(t *Term, d day, n int) day {
	if t.Unit != WorkingDays {
		return d + day(n)
	}
	step := day(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d += step; c.isOff(t, d) {
			c.skip(d)
		} else {
			n--
		}
	}
	return d
}

// countBack counts a term that ends before another.
func (c *computation) countBack(r *Rule, t, other *Term) {
	n := r.length(c.f)
	t.Assumed, t.Unsettled = other.Assumed, t.Unsettled || other.Unsettled
	t.Provisional = r.Of == BasisDue && other.Provisional
	if r.Of == BasisDue {
		t.From, t.Days = Start{Event: Event(other.Term), Date: other.Due}, -n
		c.settle(r, t, c.add(t, dayOf(other.Due), -n), c.began[r.before])
		c.bound(t, other.Due)
		return
	}
	end := c.unextended[r.before]
	base := c.add(t, end, -n)
	t.From, t.Days = Start{Event: Event(other.Term), Date: end.date()}, -n
	if t.Unit == CalendarDays && other.Unit == CalendarDays {
		t.From, t.Days = other.From, int(base-dayOf(other.From.Date))
	}
	c.settle(r, t, base, c.began[r.before])
	c.bound(t, end.date())
}

// bound keeps a term that is to come before another from ending after it.
func (c *computation) bound(t *Term, last sdk.Date) {
	if !last.Before(t.Due) {
		return
	}
	t.Due = last
	for n := len(c.skipped); n > c.own && !c.skipped[n-1].Date.Before(last); n = len(c.skipped) {
		c.skipped = c.skipped[:n-1]
	}
}

// end finds what ended a term first, and whether that was too late.
func (c *computation) end(r *Rule, t *Term) {
	var ended *Moment
	for i, e := range r.end {
		m := c.at[e]
		if !c.again(r, t) {
			m = c.f.before(r.End[i], m)
		}
		if m.IsZero() || !c.ends(r, t, m) || ended != nil && !c.before(m, ended) {
			continue
		}
		ended = m
		t.Ended.Event = r.End[i]
	}
	if ended == nil {
		return
	}
	t.Ended.Date = ended.In(c.zone)
	t.Late = t.Due.Before(t.Ended.Date)
	if !t.DueAt.IsZero() && !ended.At.IsZero() {
		t.Late = t.DueAt.Before(ended.At)
	}
	t.Late = t.Late && t.OnlyIf == "" // nobody knows that it binds
}

// again reports whether a term is that of repeated consideration: it runs from the
// request, or ends on a date that was named for it.
func (c *computation) again(r *Rule, t *Term) bool {
	asked := &c.f.ReworkRequested
	return t.From.Event == ReworkRequested || r.dated() && !asked.IsZero() && !t.From.Date.Before(asked.In(c.zone))
}

// ends reports whether what happened at m ends a term, rather than having come
// before it began. What was answered on the day on which rework was asked for was
// answered before. A registration ends its term whenever it was: two systems' clocks
// differ.
func (c *computation) ends(r *Rule, t *Term, m *Moment) bool {
	switch {
	case r.Before != "", r.Term == Registration:
		return true
	case c.again(r, t):
		return c.before(&c.f.ReworkRequested, m)
	case r.dated():
		return true
	}
	start, _ := c.start(r)
	return !c.before(m, start)
}
