package deadline

import (
	"errors"
	"slices"

	"github.com/appealhub/appealhub/sdk"
)

// Engine computes terms by rules and a calendar. It is never changed once made,
// and may be used from many goroutines.
type Engine struct {
	rules    *Rules
	calendar *Calendar
}

// New joins rules and a calendar.
func New(rules *Rules, calendar *Calendar) (*Engine, error) {
	if rules == nil || calendar == nil {
		return nil, errors.New("an engine needs rules and a calendar")
	}
	return &Engine{rules: rules, calendar: calendar}, nil
}

// Standard is the engine of the rules and the calendar that come with the
// program. Its error says that the program is damaged.
func Standard() (*Engine, error) {
	rules, err := Shipped()
	if err != nil {
		return nil, err
	}
	calendar, err := Russia()
	if err != nil {
		return nil, err
	}
	return New(rules, calendar)
}

// Categories lists those that the rules name, in order.
func (e *Engine) Categories() []string { return e.rules.Categories() }

// Terms computes every term of an appeal whose start is known. It never fails:
// what is doubtful is marked in the term or told as a warning.
func (e *Engine) Terms(f *Facts) Terms {
	c := computation{Engine: e, f: f, zone: f.zone(), at: f.moments()}
	c.choose()
	n := 0
	for i, r := range c.rule {
		if c.slot[i] = n; r != nil {
			n++
		}
	}
	terms := make([]Term, n)
	for _, i := range e.rules.order {
		if c.rule[i] != nil && !c.suspended[i] {
			c.compute(i, &terms[c.slot[i]], terms)
		}
	}
	c.doubts(terms)
	terms = slices.DeleteFunc(terms, func(t Term) bool { return t.Term == "" })
	return Terms{Terms: terms, Assumed: c.assumed, Warnings: c.warnings}
}

// choose picks the rule of each term: the most special that is for the appeal
// and was in force when the term began.
func (c *computation) choose() {
	for _, i := range c.rules.order {
		c.rule[i] = c.pick(i, true)
	}
	var gone [termCount]bool
	for _, rule := range c.rule {
		if rule == nil || rule.OnlyIf != "" {
			continue
		}
		for _, t := range rule.instead {
			gone[t] = gone[t] || c.rule[t] != nil && !c.rule[t].Authority
		}
	}
	for _, i := range c.rules.order {
		c.replaced[i] = gone[i]
		if rule := c.rule[i]; rule != nil && (gone[i] || rule.Before != "" && c.rule[rule.before] == nil) {
			c.rule[i] = nil
		}
	}
}

// pick returns the rule of a term, with or without those that stand over the
// others; nil where there is none. Of two that are as special, that of the more
// special category counts.
func (c *computation) pick(term int, authority bool) (best *Rule) {
	rules := c.rules.byTerm[term]
	nearest := 0
	for i := range rules {
		r := &rules[i]
		if best != nil && r.rank < best.rank {
			break
		}
		place, ok := r.matches(c.f)
		if r.Authority && !authority || !ok || best != nil && place >= nearest {
			continue
		}
		if began, ok := c.begins(r); ok && r.inForce(began) {
			c.begun[term], best, nearest = began, r, place
		}
	}
	return best
}

// begins returns the day on which a rule's term begins; false where that is not
// known. A term that ends on a named date begins with the appeal.
func (c *computation) begins(r *Rule) (sdk.Date, bool) {
	if r.Before != "" {
		if c.rule[r.before] == nil {
			return sdk.Date{}, false
		}
		return c.begun[r.before], true
	}
	m, _ := c.start(r)
	if m.IsZero() {
		return sdk.Date{}, false
	}
	if r.dated() {
		if registered, _ := c.f.registration(); !registered.IsZero() {
			m = registered
		}
	}
	return m.In(c.zone), true
}

// longAgo is before every term.
const longAgo = day(-1 << 30)

// beginning is the day after which the last day of a term lies.
func (c *computation) beginning(i int, r *Rule) day {
	if r.Before != "" {
		return c.began[r.before]
	}
	if registered, _ := c.f.registration(); r.dated() && registered.IsZero() {
		return longAgo
	}
	return dayOf(c.begun[i])
}
