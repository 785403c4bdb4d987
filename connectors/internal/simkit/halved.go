package simkit

import (
	"bytes"
	"net/http"
	"strconv"
)

// halved announces the whole length of a response and passes on half of it; the
// server then closes the connection by itself. A response that announces its
// own length is not held in memory.
type halved struct {
	http.ResponseWriter
	status int
	passes bool
	left   int // bytes that still pass
	held   bytes.Buffer
}

// WriteHeader is http.ResponseWriter's.
func (h *halved) WriteHeader(status int) {
	if h.status != 0 {
		return
	}
	h.status = status
	length, err := strconv.Atoi(h.Header().Get("Content-Length"))
	if err == nil {
		h.passes, h.left = true, length/2
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write is io.Writer's.
func (h *halved) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if !h.passes {
		return h.held.Write(p)
	}
	part := p[:min(len(p), h.left)]
	h.left -= len(part)
	if _, err := h.ResponseWriter.Write(part); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (h *halved) finish() {
	if h.passes || h.status == 0 {
		return
	}
	h.Header().Set("Content-Length", strconv.Itoa(h.held.Len()))
	h.ResponseWriter.WriteHeader(h.status)
	_, _ = h.ResponseWriter.Write(h.held.Bytes()[:h.held.Len()/2])
}
