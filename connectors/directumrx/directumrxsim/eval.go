package directumrxsim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// scope holds the entity that is looked at, under the empty name, and the rows
// that any and all bind.
type scope map[string]*entity

func (n *node) holds(in scope) bool {
	yes, _ := n.eval(in).(bool)
	return yes
}

func (n *node) eval(in scope) any {
	switch n.op {
	case "literal":
		return n.value
	case "path":
		return follow(in[n.from], n.path)
	case "and":
		return n.args[0].holds(in) && n.args[1].holds(in)
	case "or":
		return n.args[0].holds(in) || n.args[1].holds(in)
	case "not":
		return !n.args[0].holds(in)
	case "in":
		left := n.args[0].eval(in)
		return slices.ContainsFunc(n.args[1:], func(item *node) bool { return equal(left, item.value) })
	case "any", "all":
		return n.quantify(in)
	case "tolower":
		return strings.ToLower(n.textOf(0, in))
	case "toupper":
		return strings.ToUpper(n.textOf(0, in))
	case "trim":
		return strings.TrimSpace(n.textOf(0, in))
	case "contains":
		return strings.Contains(n.textOf(0, in), n.textOf(1, in))
	case "startswith":
		return strings.HasPrefix(n.textOf(0, in), n.textOf(1, in))
	case "endswith":
		return strings.HasSuffix(n.textOf(0, in), n.textOf(1, in))
	}
	return n.relate(n.args[0].eval(in), n.args[1].eval(in))
}

func (n *node) textOf(i int, in scope) string {
	t, _ := n.args[i].eval(in).(string)
	return t
}

func follow(e *entity, path []string) any {
	for i, name := range path {
		if e == nil {
			return nil
		}
		if i == len(path)-1 {
			if name == "Id" {
				return e.id
			}
			return e.values[name]
		}
		e = e.link(name)
	}
	return e
}

func (n *node) quantify(in scope) bool {
	all, _ := n.args[0].eval(in).([]*entity)
	if len(n.args) == 1 {
		return len(all) > 0
	}
	inner := scope{}
	for name, e := range in {
		inner[name] = e
	}
	for _, r := range all {
		inner[n.from] = r
		if n.args[1].holds(inner) == (n.op == "any") {
			return n.op == "any"
		}
	}
	return n.op == "all"
}

func (n *node) relate(a, b any) bool {
	switch n.op {
	case "eq":
		return equal(a, b)
	case "ne":
		return !equal(a, b)
	}
	if a == nil || b == nil {
		return false
	}
	c := compare(a, b)
	return map[string]bool{"gt": c > 0, "ge": c >= 0, "lt": c < 0, "le": c <= 0}[n.op]
}

func equal(a, b any) bool {
	if e, ok := a.(*entity); ok && e == nil {
		a = nil
	}
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return compare(a, b) == 0
}

// compare orders two values of one class; none comes first.
func compare(a, b any) int {
	switch x := a.(type) {
	case string:
		y, _ := b.(string)
		return strings.Compare(x, y)
	case int64:
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	case time.Time:
		y, _ := b.(time.Time)
		return x.Compare(y)
	case bool:
		y, _ := b.(bool)
		return cmp.Compare(bit(x), bit(y))
	case *entity:
		y, _ := b.(*entity)
		if y == nil {
			return 1
		}
		return cmp.Compare(x.id, y.id)
	}
	if b == nil {
		return 0
	}
	return -1
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
