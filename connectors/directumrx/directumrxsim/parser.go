package directumrxsim

import "strings"

// class is what may be compared with what.
type class int

const (
	classNull class = iota
	classText
	classNumber
	classBool
	classMoment
	classEntity
	classRows
)

func (p *property) class() class {
	return map[kind]class{text: classText, integer: classNumber, boolean: classBool, moment: classMoment, link: classEntity, rows: classRows, binary: classRows}[p.kind]
}

// node is a part of a filter.
type node struct {
	op    string // a comparison, and, or, not, in, a function, any, all, path, literal
	args  []*node
	value any      // of a literal
	from  string   // of a path: the variable it begins at, empty for the entity itself; of any and all: the one they bind
	path  []string // property after property
	class class
}

func (n *node) isID() bool {
	return n.op == "path" && n.from == "" && len(n.path) == 1 && n.path[0] == "Id"
}

// parser reads a $filter by recursive descent and refuses what doesn't fit the
// schema.
type parser struct {
	sim   *Sim
	scope map[string]*entityType
	in    []token
	depth int
}

func (s *Sim) parseFilter(t *entityType, filter string) (*node, error) {
	tokens, err := lex(filter)
	if err != nil {
		return nil, err
	}
	p := &parser{sim: s, scope: map[string]*entityType{"": t}, in: tokens}
	n, err := p.or()
	if err == nil && len(p.in) > 0 {
		err = bad("Syntax error at '%s' in the filter.", p.in[0].word)
	}
	if err == nil && n.class != classBool {
		err = bad("The $filter expression must evaluate to a single boolean value.")
	}
	return n, err
}

func (p *parser) peek() string {
	if len(p.in) == 0 || p.in[0].literal {
		return ""
	}
	return p.in[0].word
}

func (p *parser) eat(word string) bool {
	if p.peek() != word {
		return false
	}
	p.in = p.in[1:]
	return true
}

func (p *parser) expect(word string) error {
	if !p.eat(word) {
		return bad("Syntax error: '%s' expected in the filter.", word)
	}
	return nil
}

func (p *parser) or() (*node, error)  { return p.chain("or", p.and) }
func (p *parser) and() (*node, error) { return p.chain("and", p.not) }

func (p *parser) chain(op string, next func() (*node, error)) (*node, error) {
	left, err := next()
	for err == nil && p.eat(op) {
		var right *node
		if right, err = next(); err == nil {
			if left.class != classBool || right.class != classBool {
				return nil, bad("The operands of '%s' must be boolean.", op)
			}
			left = &node{op: op, args: []*node{left, right}, class: classBool}
		}
	}
	return left, err
}

func (p *parser) not() (*node, error) {
	if p.depth++; p.depth > 100 {
		return nil, bad("The filter is nested too deeply.")
	}
	defer func() { p.depth-- }()
	if !p.eat("not") {
		return p.comparison()
	}
	n, err := p.not()
	if err == nil && n.class != classBool {
		err = bad("The operand of 'not' must be boolean.")
	}
	return &node{op: "not", args: []*node{n}, class: classBool}, err
}

func (p *parser) comparison() (*node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	switch op := p.peek(); op {
	case "eq", "ne", "gt", "ge", "lt", "le":
		p.in = p.in[1:]
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &node{op: op, args: []*node{left, right}, class: classBool}, comparable(op, left, right)
	case "in":
		p.in = p.in[1:]
		return p.list(left)
	}
	return left, nil
}

func comparable(op string, a, b *node) error {
	null := a.class == classNull || b.class == classNull
	switch {
	case a.class == classRows || b.class == classRows:
	case null && (op == "eq" || op == "ne"):
		return nil
	case a.class == b.class && (a.class != classEntity && a.class != classBool || op == "eq" || op == "ne"):
		return nil
	}
	return bad("A binary operator with incompatible types was detected for operator kind '%s'.", op)
}

func (p *parser) list(left *node) (*node, error) {
	out := &node{op: "in", args: []*node{left}, class: classBool}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for {
		item, err := p.operand()
		if err == nil && (item.op != "literal" || item.class != left.class && item.class != classNull) {
			err = bad("The items of 'in' must be literals of the property's type.")
		}
		if err != nil {
			return nil, err
		}
		out.args = append(out.args, item)
		if !p.eat(",") {
			return out, p.expect(")")
		}
	}
}

// operand is a bracket, a literal, a function, any, all or a path.
func (p *parser) operand() (*node, error) {
	if len(p.in) == 0 {
		return nil, bad("The filter ends where an expression is expected.")
	}
	if p.eat("(") {
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		return n, p.expect(")")
	}
	t := p.in[0]
	p.in = p.in[1:]
	if t.literal {
		return literal(t.value), nil
	}
	if p.eat("(") {
		return p.call(t.word)
	}
	return p.path(t.word)
}

func literal(value any) *node {
	n := &node{op: "literal", value: value}
	switch value.(type) {
	case string:
		n.class = classText
	case int64:
		n.class = classNumber
	case bool:
		n.class = classBool
	case nil:
		n.class = classNull
	default:
		n.class = classMoment
	}
	return n
}

// path resolves Question/FullCode or q/Question/FullCode.
func (p *parser) path(word string) (*node, error) {
	parts := strings.Split(word, "/")
	n := &node{op: "path"}
	if t := p.scope[parts[0]]; t != nil && parts[0] != "" {
		n.from, parts = parts[0], parts[1:]
	}
	t := p.scope[n.from]
	n.class = classEntity
	for i, name := range parts {
		prop := t.byName[name]
		if prop == nil {
			return nil, bad("Could not find a property named '%s' on type '%s'.", name, namespace+t.name)
		}
		n.path = append(n.path, name)
		n.class = prop.class()
		if i < len(parts)-1 {
			if prop.kind != link {
				return nil, bad("The property '%s' can't be navigated in a filter.", name)
			}
			t = p.sim.schema.by[prop.target]
		}
	}
	return n, nil
}
