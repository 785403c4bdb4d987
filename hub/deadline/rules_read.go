package deadline

import (
	"slices"

	"github.com/appealhub/appealhub/sdk"
)

// RulesFormat is what a file of rules says of its format.
const RulesFormat = "appealhub/deadline-rules/v1"

// maxLength bounds the length of a term, in its units: ten years of days, and
// no mistyped zeros.
const maxLength = 3650

// maxRules bounds how many rules a file may hold.
const maxRules = 1000

// decodeRules reads a file's form: names, words and numbers, as the JSON Schema
// deadline-rules.v1 has them. Whether the rules make sense is for checkRules.
func decodeRules(data []byte) ([]Rule, []Fault) {
	r := &rulesReader{}
	if doc, ok := r.document(data); ok {
		r.file(doc)
	}
	return r.rules, r.faults
}

type rulesReader struct {
	reader
	rules    []Rule
	extended int // how many of the rules are from the sets that the file extends
}

func (r *rulesReader) file(doc place) {
	var rules place
	given := map[string]bool{}
	note := func(name string, read func(place)) func(place) {
		return func(at place) { given[name] = true; read(at) }
	}
	r.fields(doc, map[string]func(place){
		"format":  note("format", func(at place) { oneOf(&r.reader, at, []string{RulesFormat}) }),
		"set":     note("set", func(at place) { r.named(at) }),
		"version": note("version", func(at place) { r.named(at) }),
		"extends": r.extends,
		"rules":   note("rules", func(at place) { rules = at }),
	})
	for _, name := range []string{"format", "set", "version", "rules"} {
		if !given[name] && doc.Node != nil {
			r.fail(doc, "%s is missing", name)
		}
	}
	if rules.Node == nil {
		return
	}
	if len(rules.Content) > maxRules {
		r.fail(rules, "holds more than %d rules", maxRules)
		return
	}
	r.items(rules, r.rule)
}

// extends takes the sets that the file builds on.
func (r *rulesReader) extends(at place) {
	for _, name := range someOf(&r.reader, at, shippedSets()) {
		rules, err := shippedRules(name)
		if err != nil {
			continue // told already: not one of the sets
		}
		for _, rule := range rules {
			rule.line = 0 // it stands in no line of this file
			r.rules = append(r.rules, rule)
		}
	}
	r.extended = len(r.rules)
}

// rule reads one rule. One with the id of a rule of an extended set changes the
// fields that it names.
func (r *rulesReader) rule(at place) {
	rule := Rule{Enabled: true, Unit: CalendarDays}
	id := r.id(at)
	target := slices.IndexFunc(r.rules[:r.extended], func(known Rule) bool { return known.ID == id })
	if target >= 0 {
		rule = r.rules[target]
	}
	rule.line = at.Line
	r.fields(at, r.members(&rule))
	if id == "" {
		r.fail(at, "id is missing")
	}
	if target >= 0 {
		r.rules[target] = rule
		return
	}
	r.rules = append(r.rules, rule)
}

// id is the rule's id, if it has one.
func (r *rulesReader) id(at place) string {
	for i := 0; i+1 < len(at.Content); i += 2 {
		if at.Content[i].Value == "id" {
			return at.Content[i+1].Value
		}
	}
	return ""
}

// members are the fields of a rule.
func (r *rulesReader) members(rule *Rule) map[string]func(place) {
	text := func(into *string) func(place) { return func(at place) { *into = r.named(at) } }
	truth := func(into *bool) func(place) { return func(at place) { *into = r.truth(at) } }
	return map[string]func(place){
		"id":            text(&rule.ID),
		"term":          func(at place) { rule.Term = oneOf(&r.reader, at, TermIDs()) },
		"article":       text(&rule.Article),
		"source":        func(at place) { rule.Source = oneOf(&r.reader, at, Sources()) },
		"enabled":       truth(&rule.Enabled),
		"note":          text(&rule.Note),
		"only_if":       text(&rule.OnlyIf),
		"unsettled":     truth(&rule.Unsettled),
		"kinds":         func(at place) { rule.Kinds = someOf(&r.reader, at, sdk.AppealKinds()) },
		"categories":    func(at place) { rule.Categories = r.categories(at) },
		"in_force":      func(at place) { r.inForce(at, rule) },
		"from":          func(at place) { rule.Start = oneOf(&r.reader, at, Events()) },
		"before":        func(at place) { rule.Before = oneOf(&r.reader, at, TermIDs()) },
		"of":            func(at place) { rule.Of = oneOf(&r.reader, at, Bases()) },
		"length":        func(at place) { rule.Length, rule.measured = r.whole(at, 0, maxLength), true },
		"table":         func(at place) { rule.Table = r.table(at) },
		"unit":          func(at place) { rule.Unit = oneOf(&r.reader, at, Units()) },
		"on_day_off":    func(at place) { rule.Policy = oneOf(&r.reader, at, Policies()) },
		"extension":     func(at place) { r.extension(at, rule) },
		"restarted_by":  func(at place) { rule.Restart = someOf(&r.reader, at, happenings()) },
		"ended_by":      func(at place) { rule.End = someOf(&r.reader, at, happenings()) },
		"pauses":        truth(&rule.Pauses),
		"instead_of":    func(at place) { rule.Instead = someOf(&r.reader, at, TermIDs()) },
		"authoritative": truth(&rule.Authority),
	}
}

// happenings are the events but for the dates that somebody names: these do not
// happen, and neither end a term nor have it run anew.
func happenings() []Event {
	return slices.DeleteFunc(Events(), func(e Event) bool { return e == AnswerAt || e == Promised })
}

func (r *rulesReader) categories(at place) []string {
	var out []string
	r.items(at, func(item place) {
		name := r.named(item)
		if slices.Contains(out, name) {
			r.fail(item, "%s is there twice", name)
		}
		out = append(out, name)
	})
	return out
}

// inForce reads the first and the last day on which terms begin that the rule
// is for.
func (r *rulesReader) inForce(at place, rule *Rule) {
	rule.From, rule.Till = sdk.Date{}, sdk.Date{}
	r.fields(at, map[string]func(place){
		"from": func(at place) { rule.From = r.date(at) },
		"till": func(at place) { rule.Till = r.date(at) },
	})
}

func (r *rulesReader) table(at place) map[string]int {
	out := map[string]int{}
	r.each(at, func(category string, length place) { out[category] = r.whole(length, 1, maxLength) })
	return out
}

func (r *rulesReader) extension(at place, rule *Rule) {
	rule.Extend, rule.ExtendBy = 0, ""
	r.fields(at, map[string]func(place){
		"length":  func(at place) { rule.Extend = r.whole(at, 1, maxLength) },
		"article": func(at place) { rule.ExtendBy = r.named(at) },
	})
	if rule.Extend == 0 || rule.ExtendBy == "" {
		r.fail(at, "length and article are required")
	}
}
