package deadline

import (
	"fmt"
	"slices"
)

// checkRules finds what makes no sense: a rule that says too little or too much,
// two that would both count one term of one appeal, terms that wait for each
// other.
func checkRules(rules []Rule) []Fault {
	var faults []Fault
	for i := range rules {
		faults = append(faults, checkRule(&rules[i])...)
		for j := range i {
			faults = append(faults, checkPair(&rules[j], &rules[i])...)
		}
	}
	if len(faults) == 0 {
		faults = loops(rules)
	}
	return faults
}

// checkRule checks one rule by itself.
func checkRule(r *Rule) []Fault {
	var faults []Fault
	fail := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, Fault{Line: r.line, Path: "rules." + r.ID, What: fmt.Sprintf(format, args...)})
		}
	}
	fail(r.Term == "", "term is missing")
	fail(r.Source == "", "source is missing")
	fail(r.Source == SourceOperator && r.Article != "", "a rule of the operator's has no article")
	fail(r.Source != SourceOperator && r.Article == "", "article is missing")
	fail((r.Start == "") == (r.Before == ""), "either from or before is required")
	fail(r.Before != "" && r.Of == "", "of is missing: due or unextended")
	fail(r.Before == "" && r.Of != "", "of is for rules with before")
	fail(r.Before != "" && r.Unit == Hours, "a term before another is not in hours")
	fail(!r.From.IsZero() && !r.Till.IsZero() && r.Till.Before(r.From), "in_force ends before it begins")
	fail(r.measured && r.Table != nil, "length and table exclude each other")
	fail(r.Table != nil && len(r.Categories) > 0, "table and categories exclude each other")
	fail(r.Enabled && !r.measured && len(r.Table) == 0, "has no length; set it, or enabled: false")
	fail(r.dated() && (r.Length != 0 || r.Table != nil || r.Unit != CalendarDays), "a date that someone names is the last day itself: length 0, calendar_days")
	fail(r.Enabled && r.Before == "" && !r.dated() && r.Table == nil && r.Length == 0, "a length of 0 is for dates that someone names")
	fail(r.Pauses && r.Unit != CalendarDays, "only terms in calendar days pause")
	fail(r.Extend > 0 && r.Term != Answer, "only the term of the answer is extended")
	fail(slices.Contains(r.Instead, r.Term), "instead_of names the rule's own term")
	fail(slices.Contains(r.Restart, r.Start) && r.Start != "", "loops: %s starts the term and restarts it", r.Start)
	return append(faults, checkFields(r)...)
}

// checkFields finds what a rule says and what can have no effect.
func checkFields(r *Rule) []Fault {
	var faults []Fault
	fail := func(bad bool, field, format string, args ...any) {
		if bad {
			faults = append(faults, Fault{Line: r.line, Path: "rules." + r.ID + "." + field, What: fmt.Sprintf(format, args...)})
		}
	}
	for _, e := range r.End {
		fail(e == r.Start, "ended_by", "%s starts the term: what happens then can't end it", e)
		fail(slices.Contains(r.Restart, e), "ended_by", "%s restarts the term: what happens then can't end it", e)
	}
	fail(r.Before != "" && len(r.Restart) > 0, "restarted_by", "is for rules with from: this term runs to another's end")
	fail(r.dated() && len(r.Restart) > 0, "restarted_by", "a date that someone names is the last day whatever happens")
	fail(r.Pauses && (r.Before != "" || r.dated()), "pauses", "is for terms that run from an event: this one ends where another does, or on a named date")
	fail(r.Unit == Hours && r.Policy != "", "on_day_off", "a term in hours is an instant, and never moved")
	return faults
}

// checkPair finds two rules that are for the same term of the same appeal.
func checkPair(a, b *Rule) []Fault {
	if a.ID == b.ID {
		return []Fault{{Line: b.line, Path: "rules." + b.ID, What: fmt.Sprintf("is there twice%s", inLine(a.line))}}
	}
	overlap := a.Enabled && b.Enabled && a.Term == b.Term && a.score() == b.score() &&
		shared(a.Kinds, b.Kinds) && shared(a.keys(), b.keys()) &&
		(a.Till.IsZero() || b.From.IsZero() || !a.Till.Before(b.From)) &&
		(b.Till.IsZero() || a.From.IsZero() || !b.Till.Before(a.From))
	if !overlap {
		return nil
	}
	what := fmt.Sprintf("overlaps rule %s%s: both are for %s; tell them apart by kinds, categories or in_force, or disable one", a.ID, inLine(a.line), a.Term)
	return []Fault{{Line: b.line, Path: "rules." + b.ID, What: what}}
}

// keys are the categories that the rule is for.
func (r *Rule) keys() []string {
	keys := slices.Clone(r.Categories)
	for k := range r.Table {
		keys = append(keys, k)
	}
	return keys
}

// shared reports whether the lists have an element in common; an empty one
// stands for all.
func shared[T comparable](a, b []T) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

func inLine(line int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(" in line %d", line)
}

// loops finds terms that are counted from each other.
func loops(rules []Rule) []Fault {
	next := map[TermID][]TermID{}
	for _, r := range rules {
		if r.Enabled && r.Before != "" && !slices.Contains(next[r.Term], r.Before) {
			next[r.Term] = append(next[r.Term], r.Before)
		}
	}
	var faults []Fault
	for _, r := range rules {
		if !r.Enabled || r.Before == "" {
			continue
		}
		if way := wayTo(next, r.Term, r.Before, map[TermID]bool{}); way != nil {
			what := words(append([]TermID{r.Term}, way...))
			faults = append(faults, Fault{Line: r.line, Path: "rules." + r.ID, What: "loops: " + what + ": each is counted from the next"})
		}
	}
	return faults
}

// wayTo is a way from a term to home; nil where there is none.
func wayTo(next map[TermID][]TermID, home, from TermID, seen map[TermID]bool) []TermID {
	if from == home {
		return []TermID{home}
	}
	seen[from] = true
	for _, to := range next[from] {
		if seen[to] {
			continue
		}
		if way := wayTo(next, home, to, seen); way != nil {
			return append([]TermID{from}, way...)
		}
	}
	return nil
}
