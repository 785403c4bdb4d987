package directumrxsim

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// read is GET of one entity.
func (s *Sim) read(w http.ResponseWriter, r *http.Request, t *entityType, id int64) error {
	shape, err := s.shape(t, r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.RLock()
	e := s.find(t, id)
	var answer []byte
	if e != nil {
		answer = render(e, shape, s.cfg.Zone)
	}
	s.mu.RUnlock()
	if e == nil {
		return missing(fmt.Sprintf("%s(%d)", t.set, id))
	}
	w.Header().Set("OData-Version", "4.0")
	simkit.WriteRaw(w, http.StatusOK, envelope(t.set+"/$entity", answer))
	return nil
}

// readProperty is GET of an entity's property: a linked entity (204 where there
// is none), a collection, or a single value.
func (s *Sim) readProperty(w http.ResponseWriter, r *http.Request, t *entityType, id int64, p *property) error {
	var inner *shape
	if p.kind == link || p.kind == rows {
		var err error
		if inner, err = s.shape(s.schema.by[p.target], r.URL.Query(), false); err != nil {
			return err
		}
	}
	s.mu.RLock()
	e := s.find(t, id)
	var out bytes.Buffer
	if e != nil {
		writeValue(&out, e, p, inner, s.cfg.Zone)
	}
	s.mu.RUnlock()
	fragment := fmt.Sprintf("%s(%d)/%s", t.set, id, p.name)
	switch {
	case e == nil:
		return missing(fmt.Sprintf("%s(%d)", t.set, id))
	case out.String() == "null":
		w.WriteHeader(http.StatusNoContent)
	case p.kind == link:
		simkit.WriteRaw(w, http.StatusOK, envelope(fragment+"/$entity", out.Bytes()))
	default:
		simkit.WriteRaw(w, http.StatusOK, envelope(fragment, []byte(`{"value":`+out.String()+"}")))
	}
	return nil
}
