package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// system is an external system of the tests: the path of a request says what
// it does.
type system struct {
	*httptest.Server
	arrived chan string   // one path for each request of /wait
	release chan struct{} // closed: /wait answers
}

func newSystem(t *testing.T) *system {
	s := &system{arrived: make(chan string, 100), release: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/answer", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Query().Get("q")) })
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
		s.arrived <- r.URL.Path
		select {
		case <-s.release:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		w.Write(bytes.Repeat([]byte("half"), 64<<10))
		http.NewResponseController(w).Flush()
		select {
		case <-s.release:
			fmt.Fprint(w, "end")
		case <-r.Context().Done():
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// caller is a connector with every verb and ability; each asks the system for
// the path given.
type caller struct {
	env  sdk.Env
	base string
	path string
	fail func() error // called in place of the request
}

func (c *caller) ask(ctx context.Context) (*http.Response, error) {
	if c.fail != nil {
		return nil, c.fail()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+c.path, nil)
	if err != nil {
		return nil, err
	}
	return c.env.HTTP.Do(req)
}

func (c *caller) text(ctx context.Context) (string, error) {
	resp, err := c.ask(ctx)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func (c *caller) receipt(ctx context.Context) (sdk.Receipt, error) {
	id, err := c.text(ctx)
	return sdk.Receipt{Ref: sdk.Ref{Link: c.env.Link, ID: id}}, err
}

func (c *caller) FetchAppeals(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	text, err := c.text(ctx)
	return sdk.Page[sdk.Appeal]{Items: []sdk.Appeal{{Text: text}}, Next: after + "+"}, err
}

func (c *caller) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	return c.receipt(ctx)
}

func (c *caller) FetchStatuses(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	text, err := c.text(ctx)
	return sdk.Page[sdk.StatusChange]{Items: []sdk.StatusChange{{Text: text}}, Next: after + "+"}, err
}

func (c *caller) DeliverStatus(ctx context.Context, to sdk.Ref, _ sdk.StatusChange) (sdk.Receipt, error) {
	return c.receipt(ctx)
}

func (c *caller) ReadStatuses(ctx context.Context, open ...sdk.Ref) ([]sdk.StatusChange, error) {
	text, err := c.text(ctx)
	return []sdk.StatusChange{{Ref: open[0], Text: text}}, err
}

func (c *caller) DeliverAttachment(ctx context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	if _, err := io.ReadAll(body); err != nil {
		return sdk.Receipt{}, err
	}
	return c.receipt(ctx)
}

func (c *caller) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	resp, err := c.ask(ctx)
	if err != nil || resp == nil {
		return nil, err
	}
	if a.Locator == "named" {
		return namedBody{resp.Body}, nil
	}
	return resp.Body, nil
}

func (c *caller) Ack(ctx context.Context, taken ...string) error {
	text, err := c.text(ctx)
	if err == nil && text != strings.Join(taken, ",") {
		return sdk.Errorf(sdk.Invalid, "ack", "took %v", taken)
	}
	return err
}

func (c *caller) Confirm(ctx context.Context, token string) (sdk.Receipt, error) {
	return c.receipt(ctx)
}

func (c *caller) Accept(r *http.Request) (sdk.Inbound, error) {
	text, err := c.text(r.Context())
	return sdk.Inbound{Appeals: []sdk.Appeal{{Text: text}}}, err
}

func (c *caller) Check(ctx context.Context) error {
	_, err := c.text(ctx)
	return err
}

func (c *caller) DeliverDeadline(ctx context.Context, to sdk.Ref, n sdk.Deadline) (sdk.Receipt, error) {
	return c.receipt(ctx)
}

func (c *caller) DeliverDigest(ctx context.Context, d sdk.Digest) error {
	_, err := c.text(ctx)
	return err
}

func (c *caller) Close() error { return nil }

type namedBody struct{ io.ReadCloser }

func (namedBody) AttachmentName() (string, string) { return "ответ.pdf", "application/pdf" }

// mute is a connector that can do nothing.
type mute struct{}

func (mute) Close() error { return nil }

func specOf(c sdk.Connector) sdk.Spec {
	return sdk.Spec{Name: "test", AttachmentsFirst: true, Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
		if c, ok := c.(*caller); ok {
			c.env = env
		}
		return c, nil
	}}
}

func open(t *testing.T, cfg link.Config, c sdk.Connector) *link.Link {
	t.Helper()
	cfg.Name, cfg.Connector = "rx", "test"
	l, err := link.Open(t.Context(), cfg, specOf(c), link.Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// calls names each method of a link, and calls it.
func calls(l *link.Link) map[string]func(ctx context.Context) (string, error) {
	receipt := func(r sdk.Receipt, err error) (string, error) { return r.Ref.ID, err }
	return map[string]func(ctx context.Context) (string, error){
		"FetchAppeals": func(ctx context.Context) (string, error) {
			page, err := l.FetchAppeals(ctx, "1")
			if err == nil && page.Next != "1+" {
				return "", errors.New("the cursor was lost")
			}
			return string(append(page.Items, sdk.Appeal{})[0].Text), err
		},
		"DeliverAppeal": func(ctx context.Context) (string, error) { return receipt(l.DeliverAppeal(ctx, sdk.Appeal{})) },
		"FetchStatuses": func(ctx context.Context) (string, error) {
			page, err := l.FetchStatuses(ctx, "1")
			return string(append(page.Items, sdk.StatusChange{})[0].Text), err
		},
		"DeliverStatus": func(ctx context.Context) (string, error) {
			return receipt(l.DeliverStatus(ctx, sdk.Ref{}, sdk.StatusChange{}))
		},
		"ReadStatuses": func(ctx context.Context) (string, error) {
			all, err := l.ReadStatuses(ctx, sdk.Ref{ID: "1"})
			return append(all, sdk.StatusChange{})[0].Text, err
		},
		"DeliverAttachment": func(ctx context.Context) (string, error) {
			return receipt(l.DeliverAttachment(ctx, sdk.Ref{}, sdk.Attachment{}, strings.NewReader("x")))
		},
		"OpenAttachment": func(ctx context.Context) (string, error) {
			r, err := l.OpenAttachment(ctx, sdk.Attachment{})
			if err != nil {
				return "", err
			}
			defer r.Close()
			body, err := io.ReadAll(r)
			return string(body), err
		},
		"Ack":     func(ctx context.Context) (string, error) { return "yes", l.Ack(ctx, "y", "es") },
		"Confirm": func(ctx context.Context) (string, error) { return receipt(l.Confirm(ctx, "token")) },
		"Accept": func(ctx context.Context) (string, error) {
			in, err := l.Accept(httptest.NewRequestWithContext(ctx, http.MethodPost, "/in/rx", nil))
			return string(append(in.Appeals, sdk.Appeal{})[0].Text), err
		},
		"Check": func(ctx context.Context) (string, error) { return "yes", l.Check(ctx) },
		"DeliverDeadline": func(ctx context.Context) (string, error) {
			return receipt(l.DeliverDeadline(ctx, sdk.Ref{}, sdk.Deadline{}))
		},
		"DeliverDigest": func(ctx context.Context) (string, error) { return "yes", l.DeliverDigest(ctx, sdk.Digest{}) },
	}
}

// each runs f for every method of the link, those named left out.
func each(t *testing.T, l *link.Link, f func(t *testing.T, call func(ctx context.Context) (string, error)), but ...string) {
	for name, call := range calls(l) {
		if !strings.Contains(strings.Join(but, " "), name) {
			t.Run(name, func(t *testing.T) { f(t, call) })
		}
	}
}

func TestEveryVerbReachesTheSystem(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{}, &caller{base: s.URL, path: "/answer?q=yes"})
	each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
		if got, err := call(t.Context()); got != "yes" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}, "Ack")
	if err := open(t, link.Config{}, &caller{base: s.URL, path: "/answer?q=1,2"}).Ack(t.Context(), "1", "2"); err != nil {
		t.Error(err)
	}
}

func TestAbilities(t *testing.T) {
	all := link.Abilities{
		AppealSource: true, AppealSink: true, StatusSource: true, StatusSink: true, StatusReader: true, AttachmentSink: true,
		Attacher: true, Acker: true, Confirmer: true, Accepter: true, Checker: true,
		DeadlineSink: true, DigestSink: true, AttachmentsFirst: true,
	}
	if diff := cmp.Diff(all, open(t, link.Config{}, &caller{}).Can()); diff != "" {
		t.Error(diff)
	}
	l := open(t, link.Config{}, mute{})
	if diff := cmp.Diff(link.Abilities{AttachmentsFirst: true}, l.Can()); diff != "" {
		t.Error(diff)
	}
	each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
		if _, err := call(t.Context()); sdk.KindOf(err) != sdk.Unsupported {
			t.Errorf("got %v", err)
		}
	})
}

func TestErrorsComeBackUnchanged(t *testing.T) {
	for name, want := range map[string]error{
		"classified":   sdk.Errorf(sdk.Rejected, "create document", "HTTP 400: no such kind"),
		"unclassified": errors.New("something else"),
	} {
		l := open(t, link.Config{}, &caller{fail: func() error { return want }})
		each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
			if _, err := call(t.Context()); err != want {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

// TestPanic: it becomes an error that tells nothing of what was panicked with,
// and the place is free again.
func TestPanic(t *testing.T) {
	for name, c := range map[string]struct {
		panics func() error
		want   string
	}{
		"with a text":     {func() error { panic("Иванов Иван") }, "panicked with a string"},
		"with an error":   {func() error { panic(errors.New("Иванов Иван")) }, "panicked with a *errors.errorString"},
		"a runtime error": {func() error { return fmt.Errorf("%d", 1/len(t.Name()[:0])) }, "integer divide by zero"},
	} {
		var log strings.Builder
		l, err := link.Open(t.Context(), link.Config{Name: "rx", Connector: "test", Concurrency: 1}, specOf(&caller{fail: c.panics}),
			link.Deps{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
			for range 2 {
				_, err := call(t.Context())
				if sdk.KindOf(err) != sdk.Transient || !strings.Contains(fmt.Sprint(err), c.want) {
					t.Errorf("%s: got %v", name, err)
				}
				if strings.Contains(fmt.Sprint(err), "Иванов") {
					t.Errorf("%s: the error holds personal data: %v", name, err)
				}
			}
		})
		if strings.Contains(log.String(), "Иванов") || !strings.Contains(log.String(), "link=rx") {
			t.Errorf("%s: log %s", name, log.String())
		}
	}
}

func TestTimeout(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{Timeout: 30 * time.Millisecond, FileTimeout: 30 * time.Millisecond}, &caller{base: s.URL, path: "/wait"})
	each(t, l, func(t *testing.T, call func(ctx context.Context) (string, error)) {
		_, err := call(t.Context())
		if !sdk.TimedOut(err) || sdk.KindOf(err) != sdk.Transient {
			t.Errorf("got %v", err)
		}
	})
}

// TestConcurrency fills the link's places; a call more waits for one, at most
// for its time-out.
func TestConcurrency(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{Concurrency: 2}, &caller{base: s.URL, path: "/wait"})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if err := l.Check(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	<-s.arrived
	<-s.arrived
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := l.Check(ctx)
	if err == nil || !strings.Contains(err.Error(), "no place among 2 calls at once") || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, link.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if len(s.arrived) != 0 {
		t.Error("a third request reached the system")
	}
	close(s.release)
	group.Wait()
	if err := l.Check(t.Context()); err != nil {
		t.Errorf("the places were not given back: %v", err)
	}
}

func TestRate(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{Rate: 0.01}, &caller{base: s.URL, path: "/answer"})
	if err := l.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := l.Check(t.Context())
	if sdk.KindOf(err) != sdk.Throttled || sdk.AfterOf(err) != 100*time.Second {
		t.Errorf("got %v after %v", err, sdk.AfterOf(err))
	}
	fast := open(t, link.Config{Rate: 1000}, &caller{base: s.URL, path: "/answer"})
	for range 20 {
		if err := fast.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestClose(t *testing.T) {
	s := newSystem(t)
	l := open(t, link.Config{}, &caller{base: s.URL, path: "/wait"})
	called, closed := make(chan error, 1), make(chan error, 1)
	go func() { called <- l.Check(context.Background()) }()
	<-s.arrived
	go func() { closed <- l.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("closed under a call: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(s.release)
	if err := <-called; err != nil {
		t.Errorf("the call under way: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if err := l.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a call afterwards: %v", err)
	}
}

// TestShareOfTheClosed: whoever asks for a link's share while or after it is closed
// is not kept waiting.
func TestShareOfTheClosed(t *testing.T) {
	l := open(t, link.Config{Concurrency: 3}, mute{})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	told := make(chan int, 1)
	go func() { told <- l.Share() }()
	select {
	case n := <-told:
		if n != 3 {
			t.Errorf("its share is %d", n)
		}
	case <-time.After(5 * time.Second):
		t.Error("no answer")
	}
}
