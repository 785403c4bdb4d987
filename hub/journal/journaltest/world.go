package journaltest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// world is a journal under test with a clock of its own.
type world struct {
	*testing.T
	j    journal.Journal
	ctx  context.Context
	open Open
	stop func()
	now  time.Time

	hands journal.Hands

	mu   sync.Mutex
	woke []string // links that Options.Ready named; under mu, as changes of now are
}

func newWorld(t *testing.T, open Open) *world {
	w := &world{T: t, ctx: t.Context(), open: open, now: time.Date(2026, 11, 20, 9, 0, 0, 123456000, time.UTC)}
	w.start()
	return w
}

func (w *world) start() {
	w.j, w.stop = start(w.T, w.open, journal.Options{Planner: Planner{}, Hands: w.hands, Ready: func(link string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.woke = append(w.woke, link)
	}}, w.clock)
}

// reopen closes the journal and opens it again.
func (w *world) reopen() {
	w.stop()
	w.start()
}

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// clock is the time for a driver that asks.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// awake returns the links named since it was last asked.
func (w *world) awake() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	woke := w.woke
	w.woke = nil
	slices.Sort(woke)
	return slices.Compact(woke)
}

// message is an appeal of the portal's for the links given.
func message(id string, targets string, files ...sdk.Attachment) *sdk.Appeal {
	return &sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: id}, Version: "v1", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Addressee: sdk.Addressee{Code: targets}, Text: "Во дворе не горит свет " + id, Applicant: sdk.Applicant{Surname: "Иванова"},
		Attachments: files,
	}
}

// version is the same appeal with other content.
func version(a *sdk.Appeal, v string) *sdk.Appeal {
	b := *a
	b.Version, b.Text = v, a.Text+" "+v
	return &b
}

func pending(id string) sdk.Attachment {
	return sdk.Attachment{ID: id, Name: id + ".jpg", Locator: "https://pos.example/" + id}
}

// add appends one entry.
func (w *world) add(e journal.Entry) journal.Result {
	w.Helper()
	if e.At.IsZero() {
		e.At = w.now
	}
	r, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{e}})
	if err != nil {
		w.Fatalf("append: %v", err)
	}
	return r[0]
}

func (w *world) appeal(a *sdk.Appeal) journal.Result {
	w.Helper()
	return w.add(journal.Entry{Link: a.Ref.Link, Appeal: a})
}

func (w *world) change(link string, c sdk.StatusChange) journal.Result {
	w.Helper()
	return w.add(journal.Entry{Link: link, Change: &c})
}

// status is a change of an EDMS's record.
func (w *world) status(id, ref string, s sdk.Status) sdk.StatusChange {
	return sdk.StatusChange{ID: id, Ref: sdk.Ref{Link: "rx", ID: ref}, Status: s, At: w.now, External: sdk.External{Code: "x" + string(s)}}
}

func (w *world) claim(link string, n int) []journal.Claimed {
	w.Helper()
	out, err := w.j.Claim(w.ctx, journal.Claim{Link: link, Limit: n, Lease: time.Minute, Now: w.now})
	if err != nil {
		w.Fatalf("claim: %v", err)
	}
	return out
}

// one claims the only delivery that a link has due.
func (w *world) one(link string, verb journal.Verb) journal.Claimed {
	w.Helper()
	out := w.claim(link, 10)
	if len(out) != 1 || out[0].Verb != verb {
		w.Fatalf("claimed %s of %s, want one %s", words(out), link, verb)
	}
	return out[0]
}

// none wants nothing due.
func (w *world) none(link string) {
	w.Helper()
	if out := w.claim(link, 10); len(out) > 0 {
		w.Fatalf("claimed %s of %s, want none", words(out), link)
	}
}

func words(out []journal.Claimed) string {
	var b strings.Builder
	for _, c := range out {
		fmt.Fprintf(&b, "%d:%s(%s) ", c.ID, c.Verb, c.Attachment)
	}
	return b.String()
}

func done(c journal.Claimed) journal.Settlement {
	return journal.Settlement{Delivery: c.ID, Lease: c.Lease, As: journal.SettleDone}
}

func receipt(c journal.Claimed, id string) journal.Settlement {
	s := done(c)
	s.Receipt.Ref = sdk.Ref{Link: c.Link, ID: id}
	return s
}

func failed(c journal.Claimed, as journal.SettleAs, kind sdk.Kind) journal.Settlement {
	return journal.Settlement{Delivery: c.ID, Lease: c.Lease, As: as, Kind: kind, Error: "no route to host", Counts: true}
}

// settle wants the settlement taken.
func (w *world) settle(s journal.Settlement) {
	w.Helper()
	if err := w.trySettle(s); err != nil {
		w.Fatalf("settle: %v", err)
	}
}

func (w *world) trySettle(s journal.Settlement) error {
	w.Helper()
	if s.At.IsZero() {
		s.At = w.now
	}
	errs, err := w.j.Settle(w.ctx, s)
	if err != nil {
		w.Fatalf("settle: %v", err)
	}
	return errs[0]
}

func (w *world) record(id string) journal.Record {
	w.Helper()
	r, err := w.j.Appeal(w.ctx, id)
	if err != nil {
		w.Fatalf("appeal: %v", err)
	}
	return r
}

func (w *world) history(stream string) []journal.Event {
	w.Helper()
	events, err := w.j.History(w.ctx, stream)
	if err != nil {
		w.Fatalf("history: %v", err)
	}
	return events
}

// kinds writes a stream's events one a word, with their reasons.
func (w *world) kinds(stream string) string {
	w.Helper()
	var all []string
	for _, e := range w.history(stream) {
		word := string(e.Kind)
		if e.Reason != "" {
			word += ":" + string(e.Reason)
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}

// states writes an appeal's deliveries one a word.
func (w *world) states(id string) string {
	w.Helper()
	var all []string
	for _, d := range w.record(id).Deliveries {
		word := d.Link + "." + string(d.Verb)
		if d.Attachment != "" {
			word += "(" + d.Attachment + ")"
		}
		all = append(all, word+"="+string(d.State))
	}
	return strings.Join(all, " ")
}

func (w *world) same(what string, want, got any) {
	w.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// verify wants every chain of the log unbroken.
func (w *world) verify() {
	w.Helper()
	var v journal.Verifier
	err := w.j.Scan(context.Background(), func(e *journal.Event, digest []byte) error {
		for _, fault := range v.Check(e, digest) {
			w.Error(fault)
		}
		if len(e.Body) == 0 && !bytes.Equal(e.BodyDigest, nil) {
			w.Errorf("%s has a digest and no body", e.ID)
		}
		return nil
	})
	if err != nil {
		w.Errorf("scan: %v", err)
	}
}
