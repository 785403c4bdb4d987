package deadline

// settle ends a term on its last day: base, or another where base is a day off
// and the policy says so. Where the previous working day would be the day on
// which the term began, or earlier, it is the next one.
func (c *computation) settle(r *Rule, t *Term, base, began day) {
	t.BaseDue = base.date()
	if t.Policy == "" {
		t.Policy = c.policy(r)
	}
	due := base
	switch t.Policy {
	case CalendarDay:
	case NextWorkingDay:
		due = c.walk(t, base, 1)
	default:
		skipped := len(c.skipped)
		if due = c.walk(t, base, -1); due <= began {
			c.skipped, t.Forward = c.skipped[:skipped], true
			due = c.walk(t, max(base, began+1), 1)
		}
	}
	t.Due = due.date()
	t.Decreed = !c.f.DecreeOff && c.calendar.mark(due)&(decree|off) == decree
}

// policy is the rule's own, else the organisation's, else the default.
func (c *computation) policy(r *Rule) Policy {
	if r.Policy != "" {
		return r.Policy
	}
	if c.f.Policy != "" {
		return c.f.Policy
	}
	return PreviousWorkingDay
}

// walk goes from d by steps until it is on a working day.
func (c *computation) walk(t *Term, d, step day) day {
	for c.isOff(t, d) {
		c.skip(d)
		d += step
	}
	return d
}

// isOff reports whether a day is off to the organisation, and marks the term
// where the calendar is not sure.
func (c *computation) isOff(t *Term, d day) bool {
	m := c.calendar.mark(d)
	if m&known == 0 {
		t.Provisional = true
		c.warn(WarnNoCalendar, "", unknownYear(d.date().Year))
		return d.weekend()
	}
	if m&provisional != 0 {
		t.Provisional = true
		c.warn(WarnProvisional, "", c.calendar.years[d.date().Year].warning)
	}
	return m&off != 0 || c.f.DecreeOff && m&decree != 0
}

// room is for the days that an appeal's terms usually skip.
const room = 16

// skip adds a day to those that the term at work passed over.
func (c *computation) skip(d day) {
	if c.skipped == nil {
		c.skipped = make([]Skipped, 0, room)
	}
	c.skipped = append(c.skipped, Skipped{Date: d.date(), Why: c.calendar.reason(d)})
}
