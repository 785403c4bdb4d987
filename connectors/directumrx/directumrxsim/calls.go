package directumrxsim

import "strings"

// call reads a function's arguments; the opening bracket has been eaten.
func (p *parser) call(name string) (*node, error) {
	if stem, ok := strings.CutSuffix(name, "/any"); ok {
		return p.lambda("any", stem)
	}
	if stem, ok := strings.CutSuffix(name, "/all"); ok {
		return p.lambda("all", stem)
	}
	arity := map[string]int{"contains": 2, "startswith": 2, "endswith": 2, "tolower": 1, "toupper": 1, "trim": 1}[name]
	if arity == 0 {
		return nil, bad("An unknown function with name '%s' was found.", name)
	}
	n := &node{op: name, class: classText}
	if arity == 2 {
		n.class = classBool
	}
	for i := range arity {
		if i > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		arg, err := p.operand()
		if err == nil && arg.class != classText {
			err = bad("The arguments of '%s' must be texts.", name)
		}
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
	}
	return n, p.expect(")")
}

// lambda reads Questions/any(q: …), or Questions/any() for a collection that is
// not empty.
func (p *parser) lambda(op, stem string) (*node, error) {
	over, err := p.path(stem)
	if err != nil {
		return nil, err
	}
	if over.class != classRows {
		return nil, bad("'%s' may only be used on a collection.", op)
	}
	n := &node{op: op, args: []*node{over}, class: classBool}
	if op == "any" && p.eat(")") {
		return n, nil
	}
	n.from = p.peek()
	if n.from == "" || p.scope[n.from] != nil || strings.ContainsAny(n.from, "(),:/") {
		return nil, bad("A range variable is expected in '%s'.", op)
	}
	p.in = p.in[1:]
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	p.scope[n.from] = p.rowType(over)
	defer delete(p.scope, n.from)
	condition, err := p.or()
	if err != nil {
		return nil, err
	}
	n.args = append(n.args, condition)
	return n, p.expect(")")
}

// rowType is the type of the rows at the end of a path.
func (p *parser) rowType(over *node) *entityType {
	t := p.scope[over.from]
	for _, name := range over.path {
		t = p.sim.schema.by[t.byName[name].target]
	}
	return t
}
