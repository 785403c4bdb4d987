package simkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxControl bounds the body of a control request, in bytes.
const maxControl = 64 << 20

// WriteJSON answers with v.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "simulator: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left is no failure of the simulator's
}

// Refuse answers with {"messages": [...]}.
func Refuse(w http.ResponseWriter, status int, messages ...string) {
	WriteJSON(w, status, map[string]any{"messages": messages})
}

// ReadJSON reads a control request's body, 64 MiB at most; an empty one leaves
// out as it is. Where it returns false it has answered 400, as to what Decode
// refuses.
func ReadJSON(w http.ResponseWriter, r *http.Request, out any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	if err == nil && len(body) > 0 {
		err = Decode(body, out)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return false
	}
	return true
}

// Decode reads one JSON value into out. A member that out does not know is an
// error: a fault whose path is misspelt would strike everything.
func Decode(body []byte, out any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the document")
	}
	return nil
}

// WriteRaw answers with bytes that claim to be JSON and need not be.
func WriteRaw(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left is no failure of the simulator's
}
