package webhooksim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// maxBody bounds a message, in bytes.
const maxBody = 1 << 20

// Message is one that was taken.
type Message struct {
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	At       time.Time       `json:"at"`       // of the first time, by the receiver's clock
	Times    int             `json:"times"`    // how often it was taken
	Attempts []string        `json:"attempts"` // webhook-timestamp of each
	Body     json.RawMessage `json:"body"`

	appeal string
}

// envelope is the form that Standard Webhooks recommends for a body.
type envelope struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

func (s *Sim) receive(w http.ResponseWriter, r *http.Request) {
	status, why := s.take(w, r)
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	s.mu.Lock()
	s.refused[status]++
	s.mu.Unlock()
	simkit.Refuse(w, status, why)
}

// take returns the status of the answer, and what is wrong.
func (s *Sim) take(w http.ResponseWriter, r *http.Request) (status int, why string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, "messages are posted"
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return http.StatusRequestEntityTooLarge, "the message is longer than 1 MiB, or breaks off"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if status, why = verify(s.keys, r.Header, body, s.kit.Clock.Now()); status != 0 {
		return status, why
	}
	var m envelope
	if json.Unmarshal(body, &m) != nil || m.Type == "" || m.Timestamp.IsZero() || m.Data == nil {
		return http.StatusBadRequest, "the body is no message with type, timestamp and data"
	}
	return s.record(r.Header, &m, body)
}

// record keeps a message that was verified. It is called under the lock.
func (s *Sim) record(h http.Header, m *envelope, body []byte) (status int, why string) {
	id := h.Get("webhook-id")
	known := s.byID[id]
	switch {
	case known == nil:
		known = &Message{ID: id, Type: m.Type, At: s.kit.Clock.Now(), Body: body, appeal: appealOf(m.Data)}
		s.byID[id] = known
		s.taken = append(s.taken, known)
	case !bytes.Equal(known.Body, body):
		return http.StatusConflict, "the id is known with other bytes"
	}
	known.Times++
	known.Attempts = append(known.Attempts, h.Get("webhook-timestamp"))
	return http.StatusNoContent, ""
}

func appealOf(data json.RawMessage) string {
	var d struct {
		Appeal string `json:"appeal"`
	}
	_ = json.Unmarshal(data, &d) // data need not be of an appeal
	return d.Appeal
}
