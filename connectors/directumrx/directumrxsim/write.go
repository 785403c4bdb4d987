package directumrxsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// maxEntity bounds an entity's JSON, in bytes. Bodies have no limit.
const maxEntity = 30_000_000

// readEntity reads a request that writes an entity.
func readEntity(r *http.Request) (map[string]any, error) {
	if err := wants(r, "application/json"); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxEntity+1))
	if err != nil {
		return nil, bad("Тело запроса не прочитано")
	}
	if len(body) > maxEntity {
		return nil, refuse(http.StatusRequestEntityTooLarge, "Тело запроса длиннее %d байт", maxEntity)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var in map[string]any
	if err := dec.Decode(&in); err != nil || in == nil {
		return nil, bad("Тело запроса не является объектом JSON")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, bad("После объекта JSON есть лишнее")
	}
	return in, nil
}

// wants asks for the headers without which the service refuses to write.
func wants(r *http.Request, media string) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != media {
		return refuse(http.StatusUnsupportedMediaType, "Ожидается заголовок Content-Type: %s", media)
	}
	if accept := r.Header.Get("Accept"); !strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*") {
		return refuse(http.StatusNotAcceptable, "Ожидается заголовок Accept: application/json")
	}
	return nil
}

// create makes an entity and has the officials see it.
func (s *Sim) create(w http.ResponseWriter, r *http.Request, t *entityType) error {
	in, err := readEntity(r)
	if err != nil {
		return err
	}
	shape, err := s.shape(t, r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	values, err := s.assign(t, in, true)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	e := s.make(t, values)
	answer := render(e, shape, s.cfg.Zone)
	s.begin(e)
	s.mu.Unlock()
	where := fmt.Sprintf("%s/%s(%d)", root, t.set, e.id)
	created(w, r, where, envelope(t.set+"/$entity", answer), shape.expands())
	return nil
}

// created answers 201 with the entity, or 204 where the client asks for little.
func created(w http.ResponseWriter, r *http.Request, where string, answer []byte, expands bool) {
	w.Header().Set("Location", where)
	w.Header().Set("OData-Version", "4.0")
	if r.Header.Get("Return") == "minimal" && !expands {
		w.Header().Set("OData-EntityId", where)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	simkit.WriteRaw(w, http.StatusCreated, answer)
}

// make keeps a new entity with what the server fills in by itself.
func (s *Sim) make(t *entityType, values map[string]any) *entity {
	now := s.now()
	fill := func(name string, value any) {
		if p := t.byName[name]; p != nil && values[name] == nil {
			values[name] = value
		}
	}
	fill("Status", "Active")
	fill("Created", now)
	fill("Modified", now)
	fill("LifeCycleState", "Draft")
	fill("RegistrationState", "NotRegistered")
	fill("IsRepeated", false)
	if t.byName["Versions"] != nil {
		versions, _ := values["Versions"].([]*entity)
		values["HasVersions"] = len(versions) > 0
	}
	for _, p := range t.order {
		if p.kind == rows {
			fill(p.name, []*entity{})
		}
	}
	e := s.insert(t, values)
	s.name(e)
	return e
}

// name fills the names that the server makes of other properties.
func (s *Sim) name(e *entity) {
	switch {
	case e.typ.is("IPerson"):
		e.values["Name"] = strings.Join(strings.Fields(e.text("LastName")+" "+e.text("FirstName")+" "+e.text("MiddleName")), " ")
	case e.typ.is("IElectronicDocument") && e.text("Name") == "":
		e.values["Name"] = cut(e.link("DocumentKind").text("Name")+" "+e.text("Subject"), 250)
	}
}

// change is PATCH: 204, or 200 with the entity where the client asks for it.
func (s *Sim) change(w http.ResponseWriter, r *http.Request, t *entityType, id int64) error {
	in, err := readEntity(r)
	if err != nil {
		return err
	}
	shape, err := s.shape(t, r.URL.Query(), false)
	if err != nil {
		return err
	}
	s.mu.Lock()
	e := s.find(t, id)
	if e == nil {
		s.mu.Unlock()
		return missing(fmt.Sprintf("%s(%d)", t.set, id))
	}
	values, err := s.assign(e.typ.seenAs(t), in, false)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	changed := differs(e, values)
	s.set(e, values, s.now())
	s.name(e)
	answer := render(e, shape, s.cfg.Zone)
	s.notice(e, changed)
	s.mu.Unlock()
	patched(w, r, envelope(t.set+"/$entity", answer), shape.expands())
	return nil
}

// seenAs is the type whose properties a request to another's set may name.
func (t *entityType) seenAs(other *entityType) *entityType {
	if other.abstract {
		return other
	}
	return t
}

func patched(w http.ResponseWriter, r *http.Request, answer []byte, expands bool) {
	w.Header().Set("OData-Version", "4.0")
	if r.Header.Get("Return") != "representation" && !expands {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	simkit.WriteRaw(w, http.StatusOK, answer)
}

// differs names the values that would change.
func differs(e *entity, values map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range values {
		was := e.values[name]
		if at, ok := value.(time.Time); ok {
			if old, ok := was.(time.Time); ok && old.Equal(at) {
				continue
			}
		}
		if was != value { // rows, which can't be compared, are not written so
			out[name] = value
		}
	}
	return out
}
