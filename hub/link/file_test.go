package link_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestOpenAttachmentStaysOpen: the file is read past the end of the call that
// opened it, keeps the call's place, and gives it back when it is closed.
func TestOpenAttachmentStaysOpen(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{Concurrency: 1}, &caller{base: s.URL, path: "/file"})
	r, err := l.OpenAttachment(t.Context(), sdk.Attachment{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	busy, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := l.Check(busy); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("the open file takes no place: %v", err)
	}
	close(s.release)
	rest, err := io.ReadAll(r)
	if err != nil || !strings.HasSuffix(string(rest), "end") {
		t.Errorf("the rest: %d bytes, %v", len(rest), err)
	}
	for range 2 { // closing again is harmless
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := l.Check(t.Context()); err != nil {
		t.Errorf("the place was not given back: %v", err)
	}
}

func TestFileTimeout(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{FileTimeout: 50 * time.Millisecond}, &caller{base: s.URL, path: "/file"})
	r, err := l.OpenAttachment(t.Context(), sdk.Attachment{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err = io.Copy(io.Discard, r); !sdk.TimedOut(err) || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("got %v", err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("read on: %v", err)
	}
}

func TestAttachmentName(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{}, &caller{base: s.URL, path: "/answer?q=x"})
	for locator, want := range map[string]string{"named": "ответ.pdf application/pdf", "plain": " "} {
		r, err := l.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		if err != nil {
			t.Fatal(err)
		}
		name, mediaType := r.(sdk.Named).AttachmentName()
		if got := name + " " + mediaType; got != want {
			t.Errorf("%s: got %q", locator, got)
		}
		r.Close()
	}
}

// TestNoBytesNoError: a connector that breaks the contract is told so.
func TestNoBytesNoError(t *testing.T) {
	l := open(t, link.Config{Concurrency: 1}, &caller{fail: func() error { return nil }})
	for range 2 {
		if _, err := l.OpenAttachment(t.Context(), sdk.Attachment{}); sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("got %v", err)
		}
	}
}

// TestPanickingBody: reading and closing are calls of the connector too.
func TestPanickingBody(t *testing.T) {
	l := open(t, link.Config{Concurrency: 1}, attacher{})
	for range 2 {
		r, err := l.OpenAttachment(t.Context(), sdk.Attachment{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(nil); err == nil || !strings.Contains(err.Error(), "read attachment: the connector panicked") {
			t.Errorf("read: %v", err)
		}
		if err := r.Close(); err == nil || !strings.Contains(err.Error(), "close attachment: the connector panicked") {
			t.Errorf("close: %v", err)
		}
	}
}

// lying says that it has read other than it could.
type lying int

func (l lying) Read(p []byte) (int, error) { return len(p)*int(l) + int(l), nil }

// TestLyingBody: a number of bytes that can't be is an error, and brings nobody down who
// takes it for true.
func TestLyingBody(t *testing.T) {
	for _, l := range []lying{1, -1} {
		link := open(t, link.Config{}, lender{l})
		r, err := link.OpenAttachment(t.Context(), sdk.Attachment{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Read(make([]byte, 8)); n != 0 || sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("%d: read %d, %v", l, n, err)
		}
		r.Close()
	}
}

type lender struct{ io.Reader }

func (lender) Close() error { return nil }
func (l lender) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return io.NopCloser(l.Reader), nil
}

type attacher struct{ mute }

func (attacher) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return hostile{}, nil
}

type hostile struct{}

func (hostile) Read([]byte) (int, error) { panic("read") }
func (hostile) Close() error             { panic("close") }
