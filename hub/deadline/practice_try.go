package deadline

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
