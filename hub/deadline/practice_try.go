package deadline

// Unusual says of the calendar's years which have fewer or more working days than
// those of Russia.
func (p *Practice) Unusual() (years []string) {
	c := p.Engine.calendar
	for _, n := range c.Years() {
		if why := c.Unusual(n); why != "" {
			years = append(years, why)
		}
	}
	return years
}

// Try is the practice by other rules and with a calendar's file as Calendar.Try
// takes it; nil and an empty file change nothing.
func (p *Practice) Try(rules *Rules, file []byte) (*Practice, error) {
	if len(file) == 0 {
		return p.With(rules, nil), nil
	}
	calendar, err := p.Engine.calendar.Try(file)
	if err != nil {
		return nil, err
	}
	return p.With(rules, calendar), nil
}
