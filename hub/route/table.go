package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/appealhub/appealhub/sdk"
)

// Rule sends appeals of one link to others.
type Rule struct {
	From string   // link that the appeal comes from; api: submitted over the hub's own API
	To   []string // links that get it
	Lead string   // the one of To whose statuses reach the source; empty: the first
	When string   // CEL condition; empty: always
}

// Route is where an appeal goes.
type Route struct {
	Targets []string
	Lead    string // one of Targets
}

// Table is a compiled list of rules. It may be used by many goroutines.
type Table struct {
	rules  []compiled
	fields map[string]field
}

type compiled struct {
	index int // place in the configuration, from 0
	from  string
	route Route
	when  cel.Program // nil: always
}

// Compile checks and compiles rules in their order. The error names every rule
// at fault, and in a condition the column: "routes[1].when: column 8: …". A rule
// behind one that takes everything from the same link is an error too: it would
// never be reached.
func Compile(rules []Rule) (*Table, error) {
	c, err := newCompiler()
	if err != nil {
		return nil, err
	}
	t := &Table{fields: c.fields}
	var errs []error
	takesAll := map[string]int{}
	for i, r := range rules {
		if err := r.check(); err != nil {
			errs = append(errs, named(i, "", err))
		}
		program, err := c.program(r.When)
		if err != nil {
			errs = append(errs, named(i, "when: ", err))
		}
		if before, never := takesAll[r.From]; never {
			errs = append(errs, fmt.Errorf("routes[%d] is never reached: routes[%d] takes everything from %s", i, before, r.From))
		} else if program == nil && err == nil {
			takesAll[r.From] = i
		}
		t.rules = append(t.rules, compiled{i, r.From, r.route(), program})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return t, nil
}

// named puts the rule before each line of an error.
func named(rule int, field string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = fmt.Sprintf("routes[%d]: %s%s", rule, field, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

func (r Rule) route() Route {
	out := Route{Targets: slices.Clone(r.To), Lead: r.Lead}
	if out.Lead == "" && len(r.To) > 0 {
		out.Lead = r.To[0]
	}
	return out
}

// Match returns the first rule's route that takes appeal a from the link named, for the
// organisation with the key, whatever name the source has for it; false where none does.
// A condition that fails (it divides by zero, or exceeds the bound on its cost) doesn't
// match: the error names each such rule, and comes beside whatever later rule matched.
// The route is not to be changed.
func (t *Table) Match(from, organisation string, a *sdk.Appeal) (Route, bool, error) {
	var failed []error
	for _, r := range t.rules {
		if r.from != from {
			continue
		}
		ok, err := r.takes(activation{t.fields, organisation, a})
		if err != nil {
			failed = append(failed, named(r.index, "when: ", err))
		}
		if ok {
			return r.route, true, errors.Join(failed...)
		}
	}
	return Route{}, false, errors.Join(failed...)
}

func (r *compiled) takes(a activation) (bool, error) {
	if r.when == nil {
		return true, nil
	}
	out, _, err := r.when.Eval(a)
	if err != nil {
		return false, err
	}
	return out.Value() == true, nil
}
