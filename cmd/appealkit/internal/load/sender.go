package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"time"
)

// sender is one connection's work.
type sender struct {
	host     string
	request  []byte // its own
	stamp    int    // where the document's time of receipt stands in it; 0: it stays as it is
	left     *atomic.Int64
	gap      time.Duration
	conn     net.Conn
	in       *bufio.Reader
	took     []time.Duration
	refused  map[int]int
	broken   int
	inARow   int // failures
	lastFail string
}

// A connection that broke is opened again after a pause, and given up after so
// many failures in a row.
const (
	backoff = 50 * time.Millisecond
	giveUp  = 200
)

func (s *sender) run(ctx context.Context) {
	defer s.close()
	next := time.Now()
	for ctx.Err() == nil && s.inARow < giveUp && s.take() {
		if s.gap > 0 {
			next = next.Add(s.gap)
			pause(ctx, time.Until(next))
		}
		begun := time.Now()
		status, err := s.send()
		switch {
		case err != nil:
			s.fail(err)
			pause(ctx, backoff)
			continue
		case status == 201 || status == 202:
			s.took = append(s.took, time.Since(begun))
		default:
			s.refused[status]++
		}
		s.inARow = 0
	}
}

// take takes one of the appeals that are left, and nothing where none is: one that is
// given back later is there to be taken.
func (s *sender) take() bool {
	for {
		n := s.left.Load()
		if n <= 0 {
			return false
		}
		if s.left.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// fail gives the appeal back: it is sent again.
func (s *sender) fail(err error) {
	s.close()
	s.broken++
	s.inARow++
	s.lastFail = err.Error()
	s.left.Add(1)
}

func (s *sender) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// send sends the request and returns the answer's status.
func (s *sender) send() (int, error) {
	if s.conn == nil {
		conn, err := net.Dial("tcp", s.host)
		if err != nil {
			return 0, err
		}
		s.conn, s.in = conn, bufio.NewReader(conn)
	}
	if err := s.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, err
	}
	if s.stamp > 0 {
		copy(s.request[s.stamp:], time.Now().UTC().Format(stampForm)) // of the same length
	}
	if _, err := s.conn.Write(s.request); err != nil {
		return 0, err
	}
	return s.answer()
}

// answer reads one response with a Content-Length.
func (s *sender) answer() (int, error) {
	line, err := s.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	status, err := statusOf(line)
	if err != nil {
		return 0, err
	}
	length := -1
	for {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, fmt.Errorf("content length: %w", err)
			}
		}
	}
	if length < 0 {
		return 0, errors.New("an answer without a content length")
	}
	_, err = io.CopyN(io.Discard, s.in, int64(length))
	return status, err
}

func statusOf(line []byte) (int, error) {
	fields := bytes.Fields(line)
	if len(fields) < 2 || !bytes.HasPrefix(fields[0], []byte("HTTP/1.")) {
		return 0, errors.New("not an HTTP answer")
	}
	return strconv.Atoi(string(fields[1]))
}
