package simkit

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
)

// Faults decides which requests fail. The first fault that matches and strikes
// is the one that happens.
type Faults struct {
	mu     sync.Mutex
	random *rand.Rand
	last   int
	all    []*Fault
}

// NewFaults returns a set without faults; seed decides those by probability.
func NewFaults(seed uint64) *Faults { return &Faults{random: Rand(seed, "faults")} }

// Add adds f and returns its id.
func (s *Faults) Add(f Fault) (int, error) {
	if err := f.Validate(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	f.ID, f.Matched, f.Struck = s.last, 0, 0
	s.all = append(s.all, &f)
	return f.ID, nil
}

// Clear removes the fault with this id; 0 removes all.
func (s *Faults) Clear(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.all[:0:0]
	for _, f := range s.all {
		if id != 0 && f.ID != id {
			kept = append(kept, f)
		}
	}
	s.all = kept
}

// List returns every fault with its counts, spent ones too.
func (s *Faults) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Fault, 0, len(s.all))
	for _, f := range s.all {
		out = append(out, *f)
	}
	return out
}

// pick returns the fault that strikes r, if any.
func (s *Faults) pick(r *http.Request) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		if !f.matches(r) || f.Times > 0 && f.Struck >= f.Times {
			continue
		}
		f.Matched++
		if f.Every > 0 && f.Matched%f.Every != 0 {
			continue
		}
		if f.Probability > 0 && s.random.Float64() >= f.Probability {
			continue
		}
		f.Struck++
		return *f, true
	}
	return Fault{}, false
}

func (s *Faults) mount(mux *http.ServeMux) {
	mux.HandleFunc("POST /_sim/faults", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		if !ReadJSON(w, r, &f) {
			return
		}
		id, err := s.Add(f)
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		WriteJSON(w, http.StatusCreated, map[string]int{"id": id})
	})
	mux.HandleFunc("GET /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		WriteJSON(w, http.StatusOK, s.List())
	})
	mux.HandleFunc("DELETE /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.Clear(0)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /_sim/faults/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id <= 0 {
			Refuse(w, http.StatusBadRequest, "id: want a number of 1 or more")
			return
		}
		s.Clear(id)
		w.WriteHeader(http.StatusNoContent)
	})
}
