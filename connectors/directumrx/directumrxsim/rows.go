package directumrxsim

import (
	"fmt"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// addRow makes a row; one with a Number gets the next where it brings none.
func (s *Sim) addRow(have []*entity, t *entityType, values map[string]any) (*entity, error) {
	if t.byName["Number"] != nil {
		highest := int64(0)
		for _, other := range have {
			n, _ := other.values["Number"].(int64)
			if n == values["Number"] {
				return nil, bad("Строка с номером %d уже есть", n)
			}
			highest = max(highest, n)
		}
		if values["Number"] == nil {
			values["Number"] = highest + 1
		}
	}
	now := s.now()
	for _, name := range []string{"Created", "Modified"} {
		if t.byName[name] != nil && values[name] == nil {
			values[name] = now
		}
	}
	for name, value := range map[string]any{"ReviewResult": "Draft", "IsHidden": false} {
		if t.byName[name] != nil && values[name] == nil {
			values[name] = value
		}
	}
	return s.newRow(t, values), nil
}

// createRow is POST to a collection of an entity's.
func (s *Sim) createRow(w http.ResponseWriter, r *http.Request, t *entityType, id int64, p *property) error {
	in, err := readEntity(r)
	if err != nil {
		return err
	}
	kind := s.schema.by[p.target]
	shape, err := s.shape(kind, r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.find(t, id)
	if e == nil {
		return missing(fmt.Sprintf("%s(%d)", t.set, id))
	}
	values, err := s.assign(kind, in, true)
	if err != nil {
		return err
	}
	made, err := s.addRow(e.rows(p.name), kind, values)
	if err != nil {
		return err
	}
	s.append(e, p.name, made)
	where := fmt.Sprintf("%s/%s(%d)/%s(%d)", root, t.set, id, p.name, made.id)
	created(w, r, where, envelope(fmt.Sprintf("%s(%d)/%s/$entity", t.set, id, p.name), render(made, shape, s.cfg.Zone)), shape.expands())
	return nil
}

// append adds a row to a collection; readers that hold the old one keep it.
func (s *Sim) append(e *entity, name string, made *entity) {
	have := e.rows(name)
	values := map[string]any{name: append(have[:len(have):len(have)], made)}
	if name == "Versions" {
		values["HasVersions"] = true
	}
	s.set(e, values, s.now())
}

// rowOf finds a row by the ids of its path. The caller holds the lock.
func (s *Sim) rowOf(t *entityType, id int64, name string, rid int64) (e, r *entity, err error) {
	if e = s.find(t, id); e != nil {
		r = e.row(name, rid)
	}
	if r == nil {
		return nil, nil, missing(fmt.Sprintf("%s(%d)/%s(%d)", t.set, id, name, rid))
	}
	return e, r, nil
}

func (s *Sim) readRow(w http.ResponseWriter, r *http.Request, t *entityType, id int64, p *property, rid int64) error {
	shape, err := s.shape(s.schema.by[p.target], r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.RLock()
	_, row, err := s.rowOf(t, id, p.name, rid)
	if err != nil {
		s.mu.RUnlock()
		return err
	}
	answer := render(row, shape, s.cfg.Zone)
	s.mu.RUnlock()
	simkit.WriteRaw(w, http.StatusOK, envelope(fmt.Sprintf("%s(%d)/%s/$entity", t.set, id, p.name), answer))
	return nil
}

func (s *Sim) changeRow(w http.ResponseWriter, r *http.Request, t *entityType, id int64, p *property, rid int64) error {
	in, err := readEntity(r)
	if err != nil {
		return err
	}
	kind := s.schema.by[p.target]
	shape, err := s.shape(kind, r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, row, err := s.rowOf(t, id, p.name, rid)
	if err != nil {
		return err
	}
	values, err := s.assign(kind, in, false)
	if err != nil {
		return err
	}
	now := s.now()
	s.set(row, values, now)
	s.set(e, nil, now)
	patched(w, r, envelope(fmt.Sprintf("%s(%d)/%s/$entity", t.set, id, p.name), render(row, shape, s.cfg.Zone)), shape.expands())
	return nil
}
