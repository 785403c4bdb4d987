package directumrxsim

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// entity is one record: a document, an entry of a dictionary or a row of a
// collection. A value is nil, a string, an int64, a bool, a time.Time, an
// *entity (link) or a []*entity (rows).
type entity struct {
	id      int64
	typ     *entityType
	values  map[string]any
	course  *course   // of a document that came in
	answers []*entity // documents whose InResponseTo it is, or was
	body    *body     // of a version
}

func (e *entity) text(name string) string {
	if e == nil {
		return ""
	}
	s, _ := e.values[name].(string)
	return s
}

func (e *entity) link(name string) *entity {
	target, _ := e.values[name].(*entity)
	return target
}

func (e *entity) rows(name string) []*entity {
	all, _ := e.values[name].([]*entity)
	return all
}

// row returns the row with this id; nil where there is none.
func (e *entity) row(name string, id int64) *entity {
	for _, r := range e.rows(name) {
		if r.id == id {
			return r
		}
	}
	return nil
}

// table holds the entities of one root type, in the order of their ids.
type table struct {
	list    []*entity
	byID    map[int64]*entity
	byValue map[string]map[string][]*entity // of the indexed properties, in order of ids
	lastRow int64
}

// indexed are the text properties by whose values entities are found at once:
// those in which a client may keep an id of its own.
func indexed() [2]string { return [2]string{"ExternalId", "Note"} }

func (s *Sim) table(t *entityType) *table {
	tab := s.tables[t.root]
	if tab == nil {
		tab = &table{byID: map[int64]*entity{}, byValue: map[string]map[string][]*entity{}}
		for _, name := range indexed() {
			tab.byValue[name] = map[string][]*entity{}
		}
		s.tables[t.root] = tab
	}
	return tab
}

// insert gives the entity its id and keeps it. The caller holds the lock.
func (s *Sim) insert(t *entityType, values map[string]any) *entity {
	tab := s.table(t)
	e := &entity{id: int64(len(tab.list) + 1), typ: t, values: values}
	tab.list = append(tab.list, e)
	tab.byID[e.id] = e
	for _, name := range indexed() {
		tab.index(e, name, "")
	}
	e.link("InResponseTo").answeredBy(e)
	return e
}

// newRow makes a row of a collection; ids of rows are counted by row type.
func (s *Sim) newRow(t *entityType, values map[string]any) *entity {
	tab := s.table(t)
	tab.lastRow++
	return &entity{id: tab.lastRow, typ: t, values: values}
}

// index moves the entity from a property's old value to the one it has now.
func (tab *table) index(e *entity, name, old string) {
	now := e.text(name)
	if old == now {
		return
	}
	by := tab.byValue[name]
	if old != "" {
		by[old] = slices.DeleteFunc(by[old], func(other *entity) bool { return other == e })
	}
	if now != "" {
		by[now] = append(by[now], e)
		slices.SortFunc(by[now], func(a, b *entity) int { return cmp.Compare(a.id, b.id) })
	}
}

// set gives a kept entity new values.
func (s *Sim) set(e *entity, values map[string]any, at time.Time) {
	tab := s.table(e.typ)
	var old [2]string
	for i, name := range indexed() {
		old[i] = e.text(name)
	}
	maps.Copy(e.values, values)
	if _, given := values["InResponseTo"]; given {
		e.link("InResponseTo").answeredBy(e)
	}
	for i, name := range indexed() {
		if e.typ.byName[name] != nil && tab.byID[e.id] == e {
			tab.index(e, name, old[i])
		}
	}
	if e.typ.byName["Modified"] != nil {
		e.values["Modified"] = at
	}
}

func (e *entity) answeredBy(letter *entity) {
	if e != nil && !slices.Contains(e.answers, letter) {
		e.answers = append(e.answers, letter)
	}
}

// find returns the entity with this id if it is of type t.
func (s *Sim) find(t *entityType, id int64) *entity {
	e := s.table(t).byID[id]
	if e == nil || !e.typ.is(t.name) {
		return nil
	}
	return e
}
