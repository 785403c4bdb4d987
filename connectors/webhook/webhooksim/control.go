package webhooksim

import (
	"maps"
	"net/http"
	"slices"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

func (s *Sim) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/messages", func(w http.ResponseWriter, r *http.Request) {
		simkit.WriteJSON(w, http.StatusOK, s.Messages(r.URL.Query().Get("appeal")))
	})
	mux.HandleFunc("DELETE /_sim/messages", s.forget)
	mux.HandleFunc("GET /_sim/summary", s.showSummary)
	mux.HandleFunc("POST /_sim/secrets", s.change)
	return mux
}

// Messages returns what was taken, oldest first, each once; of one appeal unless
// that is empty.
func (s *Sim) Messages(appeal string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Message{}
	for _, m := range s.taken {
		if appeal == "" || m.appeal == appeal {
			one := *m
			one.Attempts = slices.Clone(m.Attempts)
			out = append(out, one)
		}
	}
	return out
}

func (s *Sim) forget(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, s.byID = nil, map[string]*Message{}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) showSummary(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	taken := 0
	for _, m := range s.taken {
		taken += m.Times
	}
	out := map[string]any{"messages": len(s.taken), "taken": taken, "refused": maps.Clone(s.refused)}
	s.mu.Unlock()
	simkit.WriteJSON(w, http.StatusOK, out)
}

// change puts other secrets in the place of those there are.
func (s *Sim) change(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Secrets []string `json:"secrets"`
	}
	if !simkit.ReadJSON(w, r, &in) {
		return
	}
	keys, err := readKeys(in.Secrets)
	if err != nil || len(keys) == 0 {
		simkit.Refuse(w, http.StatusBadRequest, "secrets: want one or more of whsec_ and base64")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = keys
	w.WriteHeader(http.StatusNoContent)
}
