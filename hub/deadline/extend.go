package deadline

import (
	"fmt"
)

// extend puts off the answer that would end on base unextended. An extension
// runs on from that unmoved date by as much as the rule gives, or to the date
// that it names; a date that is not later changes nothing.
func (c *computation) extend(i int, t *Term, base day) day {
	x, r := c.extension(), c.rule[i]
	if !x.Until.IsZero() {
		r = c.extending(i)
	}
	length, end := r.Extend, base
	switch {
	case x.Until.IsZero() && length == 0:
		c.warn(WarnUnextendable, t.Term, "the extension names no date, and "+cited(r)+" gives none: the term stands")
		return base
	case !x.Until.IsZero() && dayOf(x.Until) <= base:
		c.warn(WarnUnextendable, t.Term, fmt.Sprintf("the extension to %s is not later than %s: the term stands", x.Until, base.date()))
		return base
	case !x.Until.IsZero():
		if last := c.furthest(*t, r, base); length > 0 && dayOf(x.Until) > last {
			c.warn(WarnLong, t.Term, fmt.Sprintf("the extension to %s goes beyond %s, the last day that %s allows", x.Until, last.date(), r.ExtendBy))
		}
		length, end = int(dayOf(x.Until)-base), dayOf(x.Until)
	default:
		end = c.add(t, base, length)
	}
	if t.Unit == WorkingDays && !x.Until.IsZero() {
		t.Unit, t.Days = CalendarDays, int(base-dayOf(t.From.Date))
	}
	c.extended(i, r, t, x, base)
	t.Extra.Days = length
	t.Days += length
	return end
}

// furthest is the last day to which the rule r extends a term that would end on base.
// It is no count of the term's own, which neither rests on the days that it passes
// over nor tells of them.
func (c *computation) furthest(t Term, r *Rule, base day) day {
	skipped := len(c.skipped)
	t.Unit = r.Unit
	last := c.add(&t, base, r.Extend)
	c.skipped = c.skipped[:skipped]
	return last
}

// extending is the rule that says how far a term may be extended: where somebody
// names the date of the answer, that which counts it otherwise.
func (c *computation) extending(i int) *Rule {
	r := c.rule[i]
	if !r.Authority || r.Extend > 0 {
		return r
	}
	begun := c.begun[i]
	other := c.pick(i, false)
	c.begun[i] = begun
	if other == nil || other.Extend == 0 {
		return r
	}
	return other
}

// lastDay is the day on which an answer unextended would be due, base moved off a
// day off.
func (c *computation) lastDay(i int, t *Term, base day) day {
	unextended, skipped := *t, len(c.skipped)
	c.settle(c.rule[i], &unextended, base, c.began[i])
	c.skipped = c.skipped[:skipped]
	return dayOf(unextended.Due)
}

// extended records an extension that takes effect by the rule r.
func (c *computation) extended(i int, r *Rule, t *Term, x Extension, base day) {
	t.Extra = Extra{Article: r.ExtendBy, Until: x.Until, From: base.date()}
	if r.ExtendBy != "" {
		t.Article = r.ExtendBy
	}
	if !x.On.IsZero() {
		t.Extra.On = x.On.In(c.zone)
		if last := c.lastDay(i, t, base); last < dayOf(t.Extra.On) {
			c.warn(WarnLate, t.Term, fmt.Sprintf("it was extended on %s, after the term had ended on %s", t.Extra.On, last.date()))
		}
	}
	if len(c.f.Extensions) > 1 {
		c.warn(WarnTwice, t.Term, fmt.Sprintf("it was extended %d times; the law knows one extension", len(c.f.Extensions)))
	}
}

// extension is the one that counts: the last that names a date, else the first.
func (c *computation) extension() Extension {
	for i := len(c.f.Extensions) - 1; i >= 0; i-- {
		if !c.f.Extensions[i].Until.IsZero() {
			return c.f.Extensions[i]
		}
	}
	return c.f.Extensions[0]
}

// cited is how a rule is named in a sentence.
func cited(r *Rule) string {
	if r.Article == "" {
		return "the rule " + r.ID
	}
	return r.Article
}

// doubts warns of what is doubtful about the facts.
func (c *computation) doubts(terms []Term) {
	f := c.f
	for i, m := range c.at {
		if !m.At.IsZero() && m.midnightUTC() {
			c.warn(WarnMidnight, "", fmt.Sprintf("%s is 00:00:00Z: it looks like a local date marked as UTC; it is taken as %s", Events()[i], m.In(c.zone)))
		}
	}
	if !f.Received.IsZero() && !f.Registered.IsZero() && f.Registered.In(c.zone).Before(f.Received.In(c.zone)) {
		c.warn(WarnOrder, "", fmt.Sprintf("it was registered on %s, before it was received on %s", f.Registered.In(c.zone), f.Received.In(c.zone)))
	}
	if answered := f.answered(); !answered.IsZero() && !f.Received.IsZero() && answered.In(c.zone).Before(f.Received.In(c.zone)) {
		c.warn(WarnAnswered, "", fmt.Sprintf("it was answered on %s, before it was received on %s", answered.In(c.zone), f.Received.In(c.zone)))
	}
	c.doubtAnswerAt(terms)
	answer, rework := c.rules.answer, c.rules.rework
	if start, _ := f.registration(); !start.IsZero() && c.rule[answer] == nil && !c.replaced[answer] {
		c.warn(WarnNoTerm, Answer, "no rule in force gives a term for the answer")
	}
	if !f.ReworkRequested.IsZero() && c.rule[rework] == nil && f.AnswerAt.In(c.zone).Before(f.ReworkRequested.In(c.zone)) {
		c.warn(WarnNoTerm, Rework, "repeated consideration was asked for, and no rule in force gives a term for it")
	}
}

// doubtAnswerAt holds the portal's own date against the receipt and the law.
func (c *computation) doubtAnswerAt(terms []Term) {
	f := c.f
	i := c.rules.answer
	if f.AnswerAt.IsZero() || c.rule[i] == nil || !c.rule[i].Authority || c.suspended[i] {
		return
	}
	due := f.AnswerAt.In(c.zone)
	if start, _ := f.registration(); !start.IsZero() {
		came := start.In(c.zone)
		if !f.Received.IsZero() {
			came = f.Received.In(c.zone)
		}
		if due.Before(came) {
			c.warn(WarnAnswerAt, Answer, fmt.Sprintf("the portal's date %s is before the appeal came on %s: it stands, and somebody has to look", due, came))
			return
		}
	}
	legal := c.pick(i, false)
	if legal == nil || legal.Source != SourceLaw || !terms[c.slot[i]].Extra.IsZero() {
		return
	}
	check := *c
	check.warnings, check.skipped = nil, nil
	check.rule[i] = legal
	var other Term
	check.compute(i, &other, terms)
	if !check.suspended[i] && other.Due.Before(due) {
		c.warn(WarnLater, Answer, fmt.Sprintf("the portal's date %s is later than %s, the last day by %s", due, other.Due, other.Article))
	}
}
