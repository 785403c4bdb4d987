package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// stamps are marks in appeals' texts by which each is known when it comes.
type stamps struct {
	mu   sync.Mutex
	sent map[string]time.Time
	came map[string]time.Duration
}

// A mark stands at the beginning of the text.
const (
	markStart = `"text":"`
	markForm  = "bench-%08d "
	markSize  = len("bench-00000000")
)

// stamped is the document with a mark of its own, sent now.
func (s *stamps) stamped(body []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := fmt.Sprintf(markForm, len(s.sent))
	s.sent[mark[:markSize]] = time.Now()
	at := bytes.Index(body, []byte(markStart)) + len(markStart)
	return append(append(bytes.Clone(body[:at]), mark...), body[at:]...)
}

// read notes the appeal that comes.
func (s *stamps) read(r io.Reader) (int64, error) {
	body, err := io.ReadAll(r)
	at := bytes.Index(body, []byte(markStart)) + len(markStart)
	if err != nil || at < len(markStart) || len(body) < at+markSize {
		return int64(len(body)), err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := string(body[at : at+markSize])
	if sent, ok := s.sent[mark]; ok {
		s.came[mark] = time.Since(sent)
	}
	return int64(len(body)), nil
}

// all waits until count have come and returns how long each took.
func (s *stamps) all(ctx context.Context, count int, err error) ([]time.Duration, error) {
	for bound := time.Now().Add(settleTime); err == nil; {
		s.mu.Lock()
		n := len(s.came)
		s.mu.Unlock()
		if n >= count {
			break
		}
		if time.Now().After(bound) {
			err = fmt.Errorf("%d of %d came within %v", n, count, settleTime)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]time.Duration, 0, len(s.came))
	for _, d := range s.came {
		out = append(out, d)
	}
	return out, nil
}
