package dispatch_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// call is one request that a system got.
type call struct {
	verb    string
	appeal  string // the hub's id; of the record for a status
	what    string // revision, attachment, change or token
	at, end time.Time
}

// system is an external system: it remembers what it was asked, and serve says
// how it answers.
type system struct {
	mu    sync.Mutex
	calls []call
	now   int // calls under way
	most  int // of them at once

	serve func(ctx context.Context, c call) error // nil: takes everything
	token string                                  // of its receipts, in place of a reference
	open  func(a sdk.Attachment) (io.ReadCloser, error)
	check func(ctx context.Context) error
}

func (s *system) take(ctx context.Context, verb, appeal, what string) (sdk.Receipt, error) {
	c := call{verb: verb, appeal: appeal, what: what, at: time.Now()}
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() {
		c.end = time.Now()
		s.mu.Lock()
		s.now--
		s.calls = append(s.calls, c)
		s.mu.Unlock()
	}()
	if s.serve != nil {
		if err := s.serve(ctx, c); err != nil {
			return sdk.Receipt{}, err
		}
	}
	if s.token != "" && verb == "appeal" {
		return sdk.Receipt{Token: s.token}, nil
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: "wrong", ID: appeal + "-" + verb + what}}, nil
}

// seen returns the calls of the verb that have ended; all for an empty one.
func (s *system) seen(verb string) []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []call
	for _, c := range s.calls {
		if verb == "" || c.verb == verb {
			out = append(out, c)
		}
	}
	return out
}

// plain is a connector to the system that can't be asked how it is.
type plain struct{ *system }

func (p plain) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	return p.take(ctx, "appeal", a.ID, fmt.Sprint(a.Revision))
}

func (p plain) DeliverStatus(ctx context.Context, to sdk.Ref, c sdk.StatusChange) (sdk.Receipt, error) {
	return p.take(ctx, "status", to.ID, c.ID)
}

func (p plain) DeliverAttachment(ctx context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	n, err := io.Copy(io.Discard, body)
	if err != nil {
		return sdk.Receipt{}, sdk.Errorf(sdk.Transient, "upload", "%w", err)
	}
	if n != a.Size {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, "upload", "%d bytes of %d", n, a.Size)
	}
	return p.take(ctx, "attachment", a.Appeal, a.ID)
}

func (p plain) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	if _, err := p.take(ctx, "open", a.Appeal, a.ID); err != nil {
		return nil, err
	}
	if p.open != nil {
		return p.open(a)
	}
	return io.NopCloser(strings.NewReader("bytes of " + a.ID)), nil
}

func (p plain) Confirm(ctx context.Context, token string) (sdk.Receipt, error) {
	return p.take(ctx, "confirm", token, "")
}

func (p plain) Close() error { return nil }

// checked is a connector that can be asked.
type checked struct{ plain }

func (c checked) Check(ctx context.Context) error {
	if c.check == nil {
		return nil
	}
	return c.check(ctx)
}

var (
	_ sdk.AppealSink     = plain{}
	_ sdk.StatusSink     = plain{}
	_ sdk.AttachmentSink = plain{}
	_ sdk.Attacher       = plain{}
	_ sdk.Confirmer      = plain{}
	_ sdk.Checker        = checked{}
)
