package directumrxsim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// assign turns a JSON object into values of a type's properties. It is all or
// nothing, and the caller holds the lock.
func (s *Sim) assign(t *entityType, in map[string]any, creates bool) (map[string]any, error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(in)) {
		name, annotation, annotated := strings.Cut(key, "@odata.")
		if name == "" {
			continue // of the object itself: @odata.type and the like
		}
		p := t.byName[name]
		if p == nil {
			return nil, bad("The property '%s' does not exist on type '%s'. Make sure to only use property names that are defined by the type.", name, namespace+t.name)
		}
		value, err := any(nil), error(nil)
		switch {
		case name == "Id":
			continue // the server gives it out
		case annotated && annotation == "bind":
			value, err = s.bind(p, in[key])
		case annotated:
			continue
		case p.kind == rows && !creates:
			err = bad("%s: строки коллекции изменяются по её адресу", name)
		default:
			value, err = s.value(p, in[key])
		}
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, required(t, out, creates)
}

// required asks that what must be there is.
func required(t *entityType, values map[string]any, creates bool) error {
	for _, p := range t.order {
		value, given := values[p.name]
		if p.required && (creates || given) && (value == nil || value == "") {
			return bad("Не заполнено обязательное свойство %s", p.name)
		}
	}
	return nil
}

// value checks a member's value against its property.
func (s *Sim) value(p *property, in any) (any, error) {
	if in == nil && p.kind != rows {
		return nil, nil
	}
	switch p.kind {
	case text:
		return textValue(p, in)
	case integer:
		if n, ok := in.(json.Number); ok {
			if i, err := strconv.ParseInt(n.String(), 10, 32); err == nil {
				return i, nil
			}
		}
	case boolean:
		if b, ok := in.(bool); ok {
			return b, nil
		}
	case moment:
		if at, err := time.Parse(time.RFC3339, asText(in)); err == nil {
			return at, nil
		}
	case link:
		if object, ok := in.(map[string]any); ok {
			return s.reference(p, object)
		}
	case rows:
		if list, ok := in.([]any); ok {
			return s.rowsOf(p, list)
		}
	case binary:
		return nil, bad("%s: тело передаётся по своему адресу", p.name)
	}
	return nil, bad("Cannot convert the value of property '%s' to the expected type '%s'.", p.name, p.edm())
}

func asText(in any) string {
	t, _ := in.(string)
	return t
}

func textValue(p *property, in any) (any, error) {
	t, ok := in.(string)
	switch {
	case !ok:
		return nil, bad("Cannot convert the value of property '%s' to the expected type 'Edm.String'.", p.name)
	case p.values != nil && !slices.Contains(p.values, t):
		return nil, bad("Недопустимое значение перечисления %s", p.name)
	case p.max > 0 && utf8.RuneCountInString(t) > p.max:
		return nil, bad("Значение свойства %s длиннее %d символов", p.name, p.max)
	case !utf8.ValidString(t) || strings.ContainsRune(t, 0):
		return nil, bad("Значение свойства %s содержит недопустимые символы", p.name)
	}
	return t, nil
}

// reference is a link written as {"Id":5}; other members of the type may stand
// beside the id and mean nothing.
func (s *Sim) reference(p *property, object map[string]any) (any, error) {
	for name := range object {
		if t := s.schema.by[p.target]; t.byName[name] == nil && !strings.Contains(name, "@odata.") && !s.below(t, name) {
			return nil, bad("The property '%s' does not exist on type '%s'.", name, namespace+t.name)
		}
	}
	number, _ := object["Id"].(json.Number)
	id, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil {
		return nil, bad("%s: у ссылки нет целого Id", p.name)
	}
	return s.target(p, s.schema.by[p.target], id)
}

// below reports whether a type derived from t declares the property.
func (s *Sim) below(t *entityType, name string) bool {
	for _, other := range s.schema.types {
		if other.is(t.name) && other.byName[name] != nil {
			return true
		}
	}
	return false
}

func (s *Sim) target(p *property, t *entityType, id int64) (any, error) {
	e := s.find(t, id)
	if e == nil || !e.typ.is(p.target) {
		return nil, bad("%s: сущность %s с ИД %d не найдена", p.name, t.name, id)
	}
	return e, nil
}

// bind is a link written as "ICounterparties(5)", with the service's address
// before it or without.
func (s *Sim) bind(p *property, in any) (any, error) {
	if p.kind != link {
		return nil, bad("%s не является ссылкой", p.name)
	}
	where := asText(in)
	if _, after, ok := strings.Cut(where, root+"/"); ok {
		where = after
	}
	path, err := segments(where)
	if err != nil || len(path) != 1 || !path[0].keyed || s.schema.sets[path[0].name] == nil {
		return nil, bad("%s@odata.bind: ожидается адрес сущности, например ICounterparties(5)", p.name)
	}
	return s.target(p, s.schema.sets[path[0].name], path[0].key)
}

func (s *Sim) rowsOf(p *property, list []any) (any, error) {
	t := s.schema.by[p.target]
	all := make([]map[string]any, len(list))
	for i, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, bad("%s: строка %d не является объектом", p.name, i+1)
		}
		values, err := s.assign(t, object, true)
		if err != nil {
			return nil, err
		}
		all[i] = values
	}
	out := make([]*entity, 0, len(all))
	for _, values := range all {
		r, err := s.addRow(out, t, values)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
