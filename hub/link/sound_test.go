package link_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// moody is an error of a connector's that can't be asked for its text.
type moody struct{ text *string }

func (m moody) Error() string { return *m.text }

// TestUnsoundErrors: an error that would bring its reader down is the connector's own
// fault, and is told as that; every other link goes on.
func TestUnsoundErrors(t *testing.T) {
	var none *sdk.Error
	for name, c := range map[string]struct {
		err  error
		kind sdk.Kind
		want string
	}{
		"a nil *sdk.Error":          {none, sdk.Invalid, "returned a nil *sdk.Error in place of no error"},
		"a nil one of another type": {(*moody)(nil), sdk.Invalid, "returned a nil *link_test.moody in place of no error"},
		"a nil one inside":          {fmt.Errorf("create: %w", error(none)), sdk.Transient, "create: "},
		"no text":                   {moody{}, sdk.Transient, "the connector panicked"},
	} {
		l := open(t, link.Config{}, &caller{fail: func() error { return c.err }})
		each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
			_, err := call(t.Context())
			if sdk.KindOf(err) != c.kind || sdk.AfterOf(err) != 0 || errors.Is(err, link.ErrBusy) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("%s: got %s, %v", name, sdk.KindOf(err), err)
			}
			var e *sdk.Error
			if errors.As(err, &e) && e == nil {
				t.Errorf("%s: a nil error is inside still", name)
			}
		})
	}
}

// TestUnsoundBody: so it is with what reads a file, and with the name that it tells.
func TestUnsoundBody(t *testing.T) {
	l := open(t, link.Config{Concurrency: 1}, giver{})
	r, err := l.OpenAttachment(t.Context(), sdk.Attachment{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Read(make([]byte, 1)); sdk.KindOf(err) != sdk.Invalid || !strings.Contains(err.Error(), "a nil *link_test.moody") {
		t.Errorf("read: %v", err)
	}
	if name, mediaType := r.(sdk.Named).AttachmentName(); name != "" || mediaType != "" {
		t.Errorf("named %q, %q", name, mediaType)
	}
}

type giver struct{ mute }

func (giver) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return unsound{}, nil
}

type unsound struct{}

func (unsound) Read([]byte) (int, error)         { return 0, (*moody)(nil) }
func (unsound) Close() error                     { return nil }
func (unsound) AttachmentName() (string, string) { panic("name") }
