package deadline

import "slices"

// Rules are the rules that terms are counted by, checked and put in order. They
// are never changed once made.
type Rules struct {
	all    []Rule            // in the order of their files
	byTerm [termCount][]Rule // enabled ones, the more special first
	order  []int             // of terms: one after those that it is counted from
	answer int               // index
	rework int               // index
}

// ParseRules reads a file of rules (YAML, deadline-rules.v1). Its error is a
// *FileError with the line and field of every fault.
//
// A file with extends builds on sets that come with the program: a rule with the
// id of one of theirs changes the fields that it names, such as enabled and
// length.
func ParseRules(data []byte) (*Rules, error) {
	all, faults := decodeRules(data)
	if err := fileError(faults); err != nil {
		return nil, err
	}
	return newRules(all)
}

func newRules(all []Rule) (*Rules, error) {
	if err := fileError(checkRules(all)); err != nil {
		return nil, err
	}
	rules := &Rules{all: all, answer: Answer.index(), rework: Rework.index()}
	for _, r := range all {
		if r.Enabled {
			r.resolve()
			i := r.Term.index()
			rules.byTerm[i] = append(rules.byTerm[i], r)
		}
	}
	for i := range rules.byTerm {
		slices.SortStableFunc(rules.byTerm[i], func(a, b Rule) int { return b.rank - a.rank })
		rules.visit(i)
	}
	return rules, nil
}

// visit puts a term into the order, those that it is counted from before it.
// There are no loops.
func (r *Rules) visit(term int) {
	if slices.Contains(r.order, term) {
		return
	}
	for _, rule := range r.byTerm[term] {
		if rule.Before != "" {
			r.visit(rule.before)
		}
	}
	r.order = append(r.order, term)
}

// All lists the rules, disabled ones too.
func (r *Rules) All() []Rule { return slices.Clone(r.all) }

// Categories lists the categories that enabled rules name, in order.
func (r *Rules) Categories() []string {
	var out []string
	for _, rule := range r.all {
		if rule.Enabled {
			out = append(out, rule.keys()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
