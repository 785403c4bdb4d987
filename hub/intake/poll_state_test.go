package intake_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// always makes every call of the kind named fail.
func always(name string, err error) func(string, int) error {
	return func(call string, _ int) error {
		if call == name {
			return err
		}
		return nil
	}
}

func TestLinkGoesDownAndComesBack(t *testing.T) {
	p := &portal{size: 10, list: messages(2)}
	p.fail = always("appeals", sdk.Errorf(sdk.Transient, "fetch appeals", "a text that quotes %s", surname))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(5 * time.Second) // after 1 s and 2 s more it is down
		s := w.state("pos")
		if !s.Down() || s.LastKind != sdk.Transient {
			w.Fatalf("not down: %+v", s)
		}
		before := p.called("appeals")
		w.pass(10 * time.Minute)
		if probes := p.called("appeals") - before; probes < 9 || probes > 16 {
			w.Errorf("%d probes in ten minutes", probes)
		}
		p.breaks(nil)
		w.pass(time.Minute + poll)
		if s := w.state("pos"); s.Down() || s.Failures != 0 || s.LastError != "" {
			w.Errorf("not up: %+v", s)
		}
		w.same("acks", 2, len(p.told()))
	})
}

// TestOutageOfTenSeconds: what came meanwhile is there within 20 s of its end.
func TestOutageOfTenSeconds(t *testing.T) {
	p := &portal{size: 10, list: messages(2)}
	p.fail = always("appeals", sdk.Errorf(sdk.Transient, "fetch appeals", "down"))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(10 * time.Second)
		p.breaks(nil)
		w.pass(20 * time.Second)
		w.same("acks", 2, len(p.told()))
	})
}

// filing is a portal that gives files.
type filing struct{ *portal }

// OpenAttachment gives a file that takes its place until it is closed.
func (filing) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("bytes")), nil
}

// TestBusyIsNotDown: a source whose places are all taken by long reads of files
// is not down; it is read when there is room.
func TestBusyIsNotDown(t *testing.T) {
	p := &portal{size: 10, list: messages(2)}
	inBubble(t, map[string]sdk.Connector{"pos": filing{p}}, func(w *world) {
		var files []io.Closer
		for range w.links[0].Config().Concurrency {
			f, err := w.links[0].OpenAttachment(w.Context(), sdk.Attachment{})
			if err != nil {
				w.Fatal(err)
			}
			files = append(files, f)
		}
		w.run()
		w.pass(5 * time.Minute)
		if s := w.state("pos"); s.Down() || s.Failures != 0 || p.called("appeals") != 0 {
			w.Errorf("the link: %+v after %d calls", s, p.called("appeals"))
		}
		for _, f := range files {
			f.Close()
		}
		w.pass(2 * time.Minute)
		w.same("acks", 2, len(p.told()))
	})
}

// TestRefusedPage: what a source answers instead of its list is named at the
// link, which is up, until the list comes again.
func TestRefusedPage(t *testing.T) {
	for kind, says := range map[sdk.Kind]string{
		sdk.Rejected: "redirect refused", sdk.NotFound: "HTTP 404", sdk.Invalid: "answer is not JSON",
	} {
		p := &portal{size: 10, list: messages(2)}
		p.fail = always("appeals", sdk.Errorf(kind, "fetch appeals", "%s", says))
		inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
			w.run()
			w.pass(10 * time.Minute)
			if s := w.state("pos"); s.Down() || s.Paused {
				w.Errorf("%s: %+v", kind, s)
			}
			if s := w.said("pos"); s.LastKind != kind || s.LastError != "fetch appeals: "+says {
				w.Errorf("%s: %+v", kind, s)
			}
			p.breaks(nil)
			w.pass(2 * time.Minute)
			if s := w.said("pos"); s.LastKind != "" || s.LastError != "" {
				w.Errorf("%s is still told: %+v", kind, s)
			}
			w.same("acks", 2, len(p.told()))
		})
	}
}

// TestDispatchFindsItUp: a link that others found up again is read at once.
func TestDispatchFindsItUp(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	p.fail = always("appeals", sdk.Errorf(sdk.Transient, "fetch appeals", "down"))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(10 * time.Minute)
		p.breaks(nil)
		if err := w.journal.SetLink(w.Context(), "pos", "", time.Now(), func(s *journal.LinkState) { s.Answered() }); err != nil {
			w.Fatal(err)
		}
		w.pass(2 * time.Second)
		w.same("acks", 1, len(p.told()))
	})
}

// TestOneProbe: two feeds of a link that is down make one probe.
func TestOneProbe(t *testing.T) {
	c := &twoFeeds{}
	inBubble(t, map[string]sdk.Connector{"rx": c}, func(w *world) {
		w.run()
		w.pass(10 * time.Minute)
		if c.most != 1 {
			w.Errorf("%d calls at once while down", c.most)
		}
	})
}

// twoFeeds answers no call, each after two seconds, and counts the calls at once
// from the tenth on: the link is down by then.
type twoFeeds struct {
	script
	all, now, most int
}

func (c *twoFeeds) ask(call string) error {
	c.count(1)
	defer c.count(-1)
	time.Sleep(2 * time.Second)
	return sdk.Errorf(sdk.Transient, call, "down")
}

func (c *twoFeeds) count(by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all++
	if c.now += by; c.all > 20 {
		c.most = max(c.most, c.now)
	}
}

func (c *twoFeeds) FetchAppeals(context.Context, sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	return sdk.Page[sdk.Appeal]{}, c.ask("appeals")
}

func (c *twoFeeds) FetchStatuses(context.Context, sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	return sdk.Page[sdk.StatusChange]{}, c.ask("statuses")
}

func TestRefusedCredentials(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	p.fail = always("appeals", sdk.Errorf(sdk.Denied, "fetch appeals", "401"))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		if s := w.state("pos"); !s.Paused || s.PausedBy != "" {
			w.Fatalf("not paused by the hub: %+v", s)
		}
		w.pass(50 * time.Second)
		w.same("calls", 1, p.called("appeals"))
		w.pass(30 * time.Second)
		w.same("calls", 2, p.called("appeals"))
		p.breaks(nil)
		w.pass(70 * time.Second)
		if s := w.state("pos"); s.Paused {
			w.Errorf("still paused: %+v", s)
		}
		w.same("acks", 1, len(p.told()))
		w.counted(2, "appealhub_intake_errors_total", "appeals", "denied", "pos")
	})
}

// checked is a portal that can be asked whether its credentials are right:
// that is dispatch's to do.
type checked struct{ portal }

func (c *checked) Check(context.Context) error { return c.call("check") }

func TestRefusedCredentialsAreCheckedElsewhere(t *testing.T) {
	c := &checked{portal: portal{size: 10, list: messages(1)}}
	c.fail = func(call string, _ int) error { return sdk.Errorf(sdk.Denied, call, "401") }
	inBubble(t, map[string]sdk.Connector{"pos": c}, func(w *world) {
		w.run()
		w.pass(10 * time.Minute)
		w.same("calls", 1, c.called("appeals"))
	})
}

// TestFeedAloneDenied: a feed that is denied while the check passes pauses no link.
func TestFeedAloneDenied(t *testing.T) {
	c := &checked{portal: portal{size: 10, list: messages(1)}}
	c.fail = always("appeals", sdk.Errorf(sdk.Denied, "fetch appeals", "HTTP 403"))
	inBubble(t, map[string]sdk.Connector{"pos": c}, func(w *world) {
		w.run()
		w.pass(10 * time.Minute)
		if s := w.state("pos"); s.Paused || w.said("pos").LastError != "fetch appeals: HTTP 403" {
			w.Errorf("got %+v, of the feed %+v", s, w.said("pos"))
		}
		if n := c.called("appeals"); n < 8 || n > 30 {
			w.Errorf("%d sweeps in ten minutes", n)
		}
		c.breaks(nil)
		w.pass(2 * time.Minute)
		w.same("acks", 1, len(c.told()))
	})
}

// TestFeedAloneFails: a feed that always fails takes no link down whose check passes;
// what it says is in sight until the feed is read again, whatever else the system
// answers.
func TestFeedAloneFails(t *testing.T) {
	c := &checked{portal: portal{size: 10, list: messages(1)}}
	c.fail = always("appeals", sdk.Errorf(sdk.Transient, "fetch appeals", "HTTP 500"))
	inBubble(t, map[string]sdk.Connector{"pos": c}, func(w *world) {
		w.run()
		for range 60 {
			w.pass(5 * time.Second)
			if s := w.said("pos"); w.state("pos").Down() || s.LastKind != sdk.Transient || s.LastError != "fetch appeals: HTTP 500" {
				w.Fatalf("got %+v", s)
			}
			w.answered("pos")
		}
		if n := c.called("appeals"); n < 8 || n > 16 {
			w.Errorf("%d sweeps in five minutes", n)
		}
		c.breaks(nil)
		w.pass(2 * time.Minute)
		if s := w.said("pos"); s.LastKind != "" || s.LastError != "" {
			w.Errorf("it is still told: %+v", s)
		}
		c.breaks(func(call string, _ int) error { return sdk.Errorf(sdk.Transient, call, "connection refused") })
		w.pass(time.Minute)
		if s := w.state("pos"); !s.Down() {
			w.Errorf("the system is down: %+v", s)
		}
	})
}

func TestRefusedAcksPauseTheLink(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	p.fail = always("ack", sdk.Errorf(sdk.Denied, "mark accepted", "403"))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		if s := w.state("pos"); !s.Paused {
			w.Errorf("not paused: %+v", s)
		}
	})
}

// TestNothingToAskForIsNoAnswer: an EDMS without open records is not called, so
// that its failures, which others met, stand.
func TestNothingToAskForIsNoAnswer(t *testing.T) {
	r := &readable{}
	inBubble(t, map[string]sdk.Connector{"rx": r}, func(w *world) {
		w.run()
		err := w.journal.SetLink(w.Context(), "rx", "", time.Now(), func(s *journal.LinkState) {
			s.Failed(sdk.Transient, "connection refused", time.Now())
		})
		if err != nil {
			w.Fatal(err)
		}
		w.pass(time.Minute)
		if s := w.state("rx"); s.Failures != 1 || r.called("states") != 0 {
			w.Errorf("%d failures, %d calls", s.Failures, r.called("states"))
		}
	})
}

func TestOperatorsPause(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		pause := func(paused bool) {
			err := w.journal.SetLink(context.Background(), "pos", "ivan", time.Now(), func(s *journal.LinkState) {
				s.Paused, s.PausedBy = paused, "ivan"
			})
			if err != nil {
				w.Fatal(err)
			}
		}
		pause(true)
		w.run()
		w.pass(time.Hour)
		w.same("calls", 0, p.called("appeals"))
		pause(false)
		w.pass(2 * time.Second)
		w.same("acks", 1, len(p.told()))
	})
}

// TestWaits: the pause after a failure follows its kind.
func TestWaits(t *testing.T) {
	for name, c := range map[string]struct {
		err         error
		least, most int // calls in ten minutes
	}{
		"what the source asks for":         {&sdk.Error{Kind: sdk.Throttled, Op: "fetch appeals", After: 4 * time.Minute}, 3, 3},
		"but not for a day":                {&sdk.Error{Kind: sdk.Throttled, Op: "fetch appeals", After: 24 * time.Hour}, 1, 1},
		"longer each time":                 {sdk.Errorf(sdk.Throttled, "fetch appeals", "slow down"), 12, 20},
		"a page that breaks the contract":  {sdk.Errorf(sdk.Invalid, "fetch appeals", "no member content"), 12, 20},
		"a verb that the system has not":   {sdk.Errorf(sdk.Unsupported, "fetch appeals", "404"), 12, 20},
		"an unclassified error is a fault": {context.DeadlineExceeded, 12, 20},
	} {
		t.Run(name, func(t *testing.T) {
			p := &portal{}
			p.fail = always("appeals", c.err)
			inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
				w.run()
				w.pass(10 * time.Minute)
				if n := p.called("appeals"); n < c.least || n > c.most {
					w.Errorf("%d calls", n)
				}
				if s := w.state("pos"); s.Paused || s.Down() != (sdk.KindOf(c.err) == sdk.Transient) {
					w.Errorf("state %+v", s)
				}
				p.breaks(nil)
				p.add(message("1"))
				w.pass(time.Hour)
				w.same("acks", 1, len(p.told()))
			})
		})
	}
}

// TestBrokenPage: a page in the middle that can't be read holds back neither
// the acks of those before it nor, once these are gone, itself.
func TestBrokenPage(t *testing.T) {
	p := &portal{size: 2, list: messages(5)}
	p.fail = func(call string, n int) error {
		if call == "appeals" && n == 2 {
			return sdk.Errorf(sdk.Invalid, "fetch appeals", "an HTML page")
		}
		return nil
	}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.same("acks", 2, len(p.told()))
		w.pass(5 * time.Second)
		w.same("acks", 5, len(p.told()))
	})
}

// TestTroubledPage: nor does a page that the system fails at, and neither does it after
// a restart: what is on the first page is taken and acknowledged.
func TestTroubledPage(t *testing.T) {
	for _, kind := range []sdk.Kind{sdk.Transient, sdk.Throttled} {
		p := &portal{size: 2, list: messages(5), broken: map[int]error{1: sdk.Errorf(kind, "fetch appeals", "HTTP 500")}}
		inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
			w.run()
			w.same("acks at once", 0, len(p.told()))
			w.restart()
			w.pass(3 * time.Minute)
			w.same("acks", 5, len(p.told()))
		})
	}
}

// TestRefusedFeedIsInSight: a feed that is answered with errors takes no link
// down, and is not silent either.
func TestRefusedFeedIsInSight(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	p.fail = always("appeals", sdk.Errorf(sdk.Invalid, "fetch appeals", "answer has no member content"))
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.run()
		w.pass(time.Minute)
		if s := w.state("pos"); s.Down() || s.Failures != 0 {
			w.Errorf("got %+v", s)
		}
		if s := w.said("pos"); s.LastKind != sdk.Invalid || s.LastError != "fetch appeals: answer has no member content" {
			w.Errorf("got %+v", s)
		}
		p.breaks(nil)
		w.restart() // what a node before said is taken back too
		w.pass(2 * time.Minute)
		if s := w.said("pos"); s.LastKind != "" || s.LastError != "" {
			w.Errorf("afterwards: %+v", s)
		}
	})
}

// TestCursorThatIsNoText: no database but SQLite takes one, so none is taken, and the
// feed says so.
func TestCursorThatIsNoText(t *testing.T) {
	for _, next := range []sdk.Cursor{"a\x00", "\xff"} {
		inBubble(t, map[string]sdk.Connector{"rx": &leader{next: next}}, func(w *world) {
			w.run()
			w.pass(time.Minute)
			if s := w.state(journal.FeedOf("rx", "statuses")); s.LastKind != sdk.Invalid || s.LastError != "fetch statuses: the connector's cursor is no text" {
				w.Errorf("%q: got %+v", next, s)
			}
		})
	}
}

// leader leads to one place.
type leader struct {
	script
	next sdk.Cursor
}

func (l *leader) FetchStatuses(context.Context, sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	return sdk.Page[sdk.StatusChange]{Next: l.next}, nil
}
