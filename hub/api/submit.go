package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// submit takes an appeal in: 201 once it is journalled, 200 where the key and the
// body were taken before; 202 once the inbound topic has it, where there is one.
func (s *server) submit(x *exchange) error {
	key, err := idempotencyKey(x.r.Header)
	if err != nil {
		return err
	}
	appeal, err := s.readAppeal(x)
	if err != nil {
		return err
	}
	if s.Bus == nil {
		s.Dispatch.Enter(x.r.Context())
		defer s.Dispatch.Leave()
	}
	got, err := s.Intake.Submit(x.r.Context(), intake.Submission{Appeal: appeal, Key: key, Actor: x.actor})
	switch {
	case errors.Is(err, intake.ErrInFlight):
		return &problem{problemType: inFlight, detail: "the first request with this Idempotency-Key has not ended yet", after: retryAfter}
	case err != nil:
		return err
	case got.Outcome == journal.Clashed:
		return keyReused.with(reusedKey)
	}
	if got.Outcome == intake.Buffered {
		x.Header()["Location"] = []string{location(got.Ref) + "?at=" + got.Place.String()}
		return x.buffered(got.Ref)
	}
	x.submitted(&got)
	return nil
}

// reusedKey says why a submission is none. A key is one for all tokens: who sends the same
// again by another token, as after its renewal, submits nothing twice.
const reusedKey = "this Idempotency-Key came with another body before, from this token or another: all tokens share the keys"

// readAppeal reads the body into a buffer that is used again: what is decoded
// keeps no part of it.
func (s *server) readAppeal(x *exchange) (sdk.Appeal, error) {
	if err := x.isJSON(s.MaxBody); err != nil {
		return sdk.Appeal{}, err
	}
	buf := s.buffers.take()
	defer s.buffers.give(buf)
	body := http.MaxBytesReader(x.ResponseWriter, x.r.Body, s.MaxBody)
	var err error
	if buf.b, err = readAll(io.LimitReader(body, largeBody), buf.b[:0], x.r.ContentLength); err != nil {
		return sdk.Appeal{}, unread(err)
	}
	if len(buf.b) == largeBody {
		if err := s.large.enter(x.r.Context()); err != nil {
			return sdk.Appeal{}, err
		}
		defer s.large.leave()
		if buf.b, err = s.large.read(x, body, buf.b); err != nil {
			return sdk.Appeal{}, unread(err)
		}
	}
	return intake.ReadAppeal(buf.b)
}

// The bounds of large bodies: more bytes than an appeal has in practice are held
// for few requests at once, so that many such bodies don't fill the memory.
const (
	largeBody   = 256 << 10
	largeAtOnce = 2
	largeWait   = 10 * time.Second // for another one's end
	largePace   = 512 << 10        // bytes a second: who sends slower is cut off, for others wait
)

// largeBodies counts the large bodies that are held.
type largeBodies struct {
	held  chan struct{}
	wait  time.Duration
	bound time.Duration // for the rest of one to come
}

// largeTime is how long the rest of a body of so many bytes may take.
func largeTime(most int64) time.Duration {
	return largeWait + time.Duration(most/largePace)*time.Second
}

// read reads the rest of a large body after b. A sender that takes too long is cut off,
// where the connection knows deadlines.
func (l largeBodies) read(x *exchange, body io.Reader, b []byte) ([]byte, error) {
	connection := http.NewResponseController(x)
	connection.SetReadDeadline(time.Now().Add(l.bound))
	b, err := readAll(body, b, -1)
	if err == nil { // else the server is not to wait for the rest either
		connection.SetReadDeadline(time.Time{})
	}
	return b, err
}

func (l largeBodies) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.wait)
	defer cancel()
	select {
	case l.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &problem{problemType: unavailable, detail: "too many large bodies at once; send it again", after: retryAfter}
	}
}

func (l largeBodies) leave() { <-l.held }

// buffers are bodies' bytes between requests.
type buffers struct{ pool sync.Pool }

type buffer struct{ b []byte }

// keptMost bounds the buffers that are kept, in bytes.
const keptMost = 64 << 10

func (p *buffers) take() *buffer {
	if buf, ok := p.pool.Get().(*buffer); ok {
		return buf
	}
	return &buffer{b: make([]byte, 0, 8<<10)}
}

func (p *buffers) give(buf *buffer) {
	if cap(buf.b) <= keptMost {
		p.pool.Put(buf)
	}
}

// readAll reads r to its end after b. A length that is announced is believed
// only as far as bytes come.
func readAll(r io.Reader, b []byte, announced int64) ([]byte, error) {
	if announced >= int64(cap(b)) && announced <= 1<<20 {
		b = make([]byte, 0, announced+1)
	}
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}

// idempotencyKey reads the Idempotency-Key header, bare or as the quoted string
// of draft-ietf-httpapi-idempotency-key-header. It becomes part of a URL.
func idempotencyKey(h http.Header) (string, error) {
	given := h["Idempotency-Key"]
	if len(given) == 0 {
		return "", nil
	}
	k := given[0]
	if len(k) >= 2 && k[0] == '"' && k[len(k)-1] == '"' {
		k = k[1 : len(k)-1]
	}
	outside := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
	if len(given) > 1 || k == "" || len(k) > sdk.MaxName || strings.ContainsFunc(k, outside) {
		return "", badRequest.with("Idempotency-Key is not 1 to %d visible characters of ASCII without quotes and backslashes", sdk.MaxName)
	}
	return k, nil
}

// location is where an appeal is found by its reference.
func location(ref sdk.Ref) string { return byRefPrefix + ref.Link + "/" + url.PathEscape(ref.ID) }

// submitted answers by hand: this is the one answer that is given thousands of
// times a second.
func (x *exchange) submitted(got *intake.Submitted) {
	body := make([]byte, 0, 256)
	body = append(body, `{"id":"`...)
	body = append(body, got.Appeal...)
	body = append(body, `","ref":{"link":"api","id":"`...)
	body = append(body, got.Ref.ID...) // a key or an id: holds nothing that JSON escapes
	body = append(body, `"},"revision":`...)
	body = strconv.AppendInt(body, int64(got.Revision), 10)
	body = append(body, `,"outcome":"`...)
	body = append(body, got.Outcome...)
	if got.Reason != journal.ReasonNone {
		body = append(body, `","reason":"`...)
		body = append(body, got.Reason...)
	}
	body = append(body, `"}`...)
	x.Header()["Location"] = []string{location(got.Ref)}
	status := http.StatusCreated
	if got.Outcome == journal.Duplicate {
		status = http.StatusOK
	}
	x.send(status, "application/json", body)
}
