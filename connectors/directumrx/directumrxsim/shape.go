package directumrxsim

import (
	"net/url"
	"strings"
)

// shape is what a request wants to see of an entity of type t.
type shape struct {
	t        *entityType
	selected map[string]bool   // nil: everything that is no link, collection or body
	expanded map[string]*shape // links, collections and bodies
}

func (s *shape) expands() bool { return len(s.expanded) > 0 }

// shape reads $select and $expand; of the other options those that a list takes
// are let through where it is one, and what the service doesn't know is refused.
func (s *Sim) shape(t *entityType, query url.Values, isList bool) (*shape, error) {
	for name, values := range query {
		switch name {
		case "$select", "$expand", "$format":
		case "$filter", "$orderby", "$top", "$skip", "$count":
			if !isList {
				return nil, bad("The query option '%s' can't be applied to a single entity.", name)
			}
		default:
			if strings.HasPrefix(name, "$") {
				return nil, bad("The query parameter '%s' is not supported.", name)
			}
		}
		if len(values) > 1 {
			return nil, bad("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		}
	}
	return s.shapeOf(t, query.Get("$select"), query.Get("$expand"))
}

func (s *Sim) shapeOf(t *entityType, selects, expands string) (*shape, error) {
	out := &shape{t: t, expanded: map[string]*shape{}}
	if selects != "" && selects != "*" {
		out.selected = map[string]bool{}
		for name := range strings.SplitSeq(selects, ",") {
			name = strings.TrimSpace(name)
			if t.byName[name] == nil {
				return nil, bad("Could not find a property named '%s' on type '%s'.", name, namespace+t.name)
			}
			out.selected[name] = true
		}
	}
	for _, item := range split(expands, ',') {
		if err := s.expand(out, strings.TrimSpace(item)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// expand reads one item of $expand: Name, or Name($select=…;$expand=…).
func (s *Sim) expand(out *shape, item string) error {
	name, nested, has := strings.Cut(item, "(")
	if has {
		inner, closed := strings.CutSuffix(nested, ")")
		if !closed {
			return bad("Found an unbalanced bracket expression in $expand.")
		}
		nested = inner
	}
	p := out.t.byName[name]
	if p == nil || p.kind != link && p.kind != rows && p.kind != binary {
		return bad("Could not find a navigation property named '%s' on type '%s'.", name, namespace+out.t.name)
	}
	if p.kind == binary {
		out.expanded[name] = &shape{}
		return nil
	}
	var selects, expands string
	for _, option := range split(nested, ';') {
		key, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		switch key {
		case "$select":
			selects = value
		case "$expand":
			expands = value
		default:
			return bad("The query option '%s' is not supported in $expand.", key)
		}
	}
	inner, err := s.shapeOf(s.schema.by[p.target], selects, expands)
	out.expanded[name] = inner
	return err
}

// split cuts a list at the separator where no bracket is open; an empty list
// has no items.
func split(list string, separator rune) []string {
	var out []string
	depth, begin := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == separator && depth == 0:
			out = append(out, list[begin:i])
			begin = i + 1
		}
	}
	if begin < len(list) || len(out) > 0 {
		out = append(out, list[begin:])
	}
	return out
}
