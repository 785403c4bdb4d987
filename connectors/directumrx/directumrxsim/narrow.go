package directumrxsim

import (
	"cmp"
	"slices"
	"sort"
)

// narrow returns the entities of a set's table among which a filter's matches
// are, in the order of ids: by id, by an indexed text, by what they answer, or
// all. The caller holds the lock.
func (s *Sim) narrow(t *entityType, filter *node) []*entity {
	tab := s.table(t)
	if filter != nil {
		if few, ok := tab.narrow(filter); ok {
			return few
		}
	}
	return tab.list
}

func (tab *table) narrow(n *node) ([]*entity, bool) {
	switch n.op {
	case "and":
		if few, ok := tab.narrow(n.args[0]); ok {
			return few, true
		}
		return tab.narrow(n.args[1])
	case "or":
		left, ok := tab.narrow(n.args[0])
		right, also := tab.narrow(n.args[1])
		return merged(slices.Concat(left, right)), ok && also
	case "eq", "in":
		return tab.lookUp(n.args[0], n.args[1:])
	case "gt":
		after, isNumber := n.args[1].value.(int64)
		if !n.args[0].isID() || !isNumber {
			return nil, false
		}
		return tab.list[sort.Search(len(tab.list), func(i int) bool { return tab.list[i].id > after }):], true
	}
	return nil, false
}

func (tab *table) lookUp(by *node, values []*node) ([]*entity, bool) {
	if by.op != "path" || by.from != "" {
		return nil, false
	}
	index := tab.byValue[by.path[0]]
	inResponse := len(by.path) == 2 && by.path[0] == "InResponseTo" && by.path[1] == "Id"
	if !inResponse && !by.isID() && (index == nil || len(by.path) != 1) {
		return nil, false
	}
	var out []*entity
	for _, v := range values {
		switch key := v.value.(type) {
		case int64:
			switch e := tab.byID[key]; {
			case e != nil && inResponse: // a document answers another of the same table
				out = append(out, e.answers...)
			case e != nil:
				out = append(out, e)
			}
		case string:
			out = append(out, index[key]...)
		default:
			return nil, false // null, or no literal
		}
	}
	return merged(out), true
}

func merged(all []*entity) []*entity {
	slices.SortFunc(all, func(a, b *entity) int { return cmp.Compare(a.id, b.id) })
	return slices.Compact(all)
}
