package directumrxsim

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

func (s *Sim) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/state", s.showState)
	mux.HandleFunc("GET /_sim/documents", s.showDocuments)
	mux.HandleFunc("GET /_sim/documents/{id}", func(w http.ResponseWriter, r *http.Request) { s.withDocument(w, r, func(*entity) {}) })
	mux.HandleFunc("POST /_sim/documents/{id}/script", s.act)
	mux.HandleFunc("GET /_sim/correspondents", s.showCorrespondents)
	mux.HandleFunc("GET /_sim/scripts", s.showScripts)
	mux.HandleFunc("POST /_sim/scripts", s.addScripts)
	mux.HandleFunc("DELETE /_sim/scripts", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.scripts = nil
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// reply makes an answer while the lock is held and writes it after, so that a
// slow reader holds up nobody.
func (s *Sim) reply(w http.ResponseWriter, answer func() any) {
	s.mu.Lock()
	out, err := json.Marshal(answer())
	s.mu.Unlock()
	if err != nil {
		simkit.Refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	simkit.WriteRaw(w, http.StatusOK, out)
}

// withDocument finds a document, does something to it and answers with its
// state.
func (s *Sim) withDocument(w http.ResponseWriter, r *http.Request, do func(*entity)) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	s.mu.RLock()
	e := s.find(s.schema.sets["IElectronicDocuments"], id)
	s.mu.RUnlock()
	if err != nil || e == nil {
		simkit.Refuse(w, http.StatusNotFound, "no such document")
		return
	}
	s.reply(w, func() any {
		do(e)
		return s.documentState(e)
	})
}

// act puts new steps in place of those still planned for a document.
func (s *Sim) act(w http.ResponseWriter, r *http.Request) {
	var in script
	if !simkit.ReadJSON(w, r, &in) || !valid(w, in) {
		return
	}
	s.withDocument(w, r, func(e *entity) {
		if e.course == nil {
			e.course = &course{round: 1}
		}
		e.course.script.Again = in.Again
		s.follow(e, in.Steps)
	})
}

func valid(w http.ResponseWriter, c script) bool {
	err := c.validate()
	if err != nil {
		simkit.Refuse(w, http.StatusBadRequest, err.Error())
	}
	return err == nil
}

// addScripts takes one script or a list of them, all or none.
func (s *Sim) addScripts(w http.ResponseWriter, r *http.Request) {
	var raw json.RawMessage
	if !simkit.ReadJSON(w, r, &raw) {
		return
	}
	all := make([]script, 1)
	into := any(&all[0])
	if len(raw) > 0 && raw[0] == '[' {
		into = &all
	}
	if err := simkit.Decode(raw, into); err != nil {
		simkit.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, c := range all {
		if !valid(w, c) {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range all {
		s.remember(c)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) showScripts(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, func() any { return append([]script{}, s.scripts...) })
}
