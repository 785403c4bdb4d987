package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// node is a node with the links that it was woken for.
type node struct {
	*Journal
	woken chan struct{}
	stop  func()
}

func newNode(t testing.TB, url, name string) *node {
	t.Helper()
	n := &node{woken: make(chan struct{}, 1)}
	n.Journal, n.stop = running(t, url, Options{Node: name, Options: journal.Options{Ready: func(string) {
		select {
		case n.woken <- struct{}{}:
		default:
		}
	}}})
	return n
}

// rest waits until the node is woken, or for the time of a poll.
func (n *node) rest(ctx context.Context) {
	poll := time.NewTimer(50 * time.Millisecond)
	defer poll.Stop()
	select {
	case <-n.woken:
	case <-poll.C:
	case <-ctx.Done():
	}
}

// edms is a system that keeps what it is given, and complains.
type edms struct {
	t    *testing.T
	mu   sync.Mutex
	out  map[string]bool // appeals that are with a worker
	got  map[string]int  // the last revision by source id
	left int
	all  chan struct{}
}

func newEDMS(t *testing.T, expect int) *edms {
	return &edms{t: t, out: map[string]bool{}, got: map[string]int{}, left: expect, all: make(chan struct{})}
}

func (e *edms) begin(c journal.Claimed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.out[c.Appeal] {
		e.t.Errorf("two of appeal %s are out", c.View.Source.ID)
	}
	e.out[c.Appeal] = true
	if c.Payload.Revision != e.got[c.View.Source.ID]+1 {
		e.t.Errorf("appeal %s: revision %d after %d", c.View.Source.ID, c.Payload.Revision, e.got[c.View.Source.ID])
	}
	e.got[c.View.Source.ID] = c.Payload.Revision
}

func (e *edms) end(c journal.Claimed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out[c.Appeal] = false
	if e.left--; e.left == 0 {
		close(e.all)
	}
}

// work delivers until ctx ends.
func (n *node) work(ctx context.Context, e *edms) {
	for ctx.Err() == nil {
		out, err := n.Claim(ctx, journal.Claim{Link: "rx", Limit: 7, Lease: time.Minute})
		if err != nil && ctx.Err() == nil && !errors.Is(err, journal.ErrUnavailable) {
			e.t.Errorf("claim: %v", err)
		}
		var all []journal.Settlement
		for _, c := range out {
			e.begin(c)
			all = append(all, done(c))
		}
		for _, c := range out { // before it is settled: the next one may go at once then
			e.end(c)
		}
		if len(all) == 0 {
			n.rest(ctx)
			continue
		}
		errs, err := n.Settle(context.WithoutCancel(ctx), all...)
		if err := errors.Join(append(errs, err)...); err != nil {
			e.t.Errorf("settle: %v", err)
		}
	}
}

// TestTwoNodes: two nodes that fetch the same source and deliver to the same
// system double nothing and keep each appeal's order.
func TestTwoNodes(t *testing.T) {
	const appeals, versions = 40, 3
	url := migrated(t)
	e := newEDMS(t, appeals*versions)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var sending, working sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		n := newNode(t, url, name)
		for range 2 {
			sending.Go(func() { sendAll(t, n.Journal, appeals, versions) })
			working.Go(func() { n.work(ctx, e) })
		}
	}
	sending.Wait()
	select {
	case <-e.all:
	case <-ctx.Done():
		t.Error("not all were delivered")
	}
	cancel()
	working.Wait()
	if n := count(t, url, "SELECT count(*) FROM appeals"); n != appeals {
		t.Errorf("%d appeals, want %d", n, appeals)
	}
	if n := verify(t, url); n != 2*appeals*versions {
		t.Errorf("%d events, want one of each revision and one of each delivery", n)
	}
}

// sendAll appends all versions of all appeals, in batches of several appeals in
// an order of its own.
func sendAll(t *testing.T, j *Journal, appeals, versions int) {
	for v := range versions {
		order := rand.Perm(appeals)
		for len(order) > 0 {
			n := min(len(order), 1+rand.IntN(9))
			var b journal.Batch
			for _, id := range order[:n] {
				b.Entries = append(b.Entries, entry(message(fmt.Sprint(id), fmt.Sprint("v", v))))
			}
			if _, err := j.Append(t.Context(), b); err != nil {
				t.Errorf("append: %v", err)
			}
			order = order[n:]
		}
	}
}

// TestStatusMeetsReceipt: a status that comes in on one node while another
// learns whose it is ends at its appeal.
func TestStatusMeetsReceipt(t *testing.T) {
	const appeals = 30
	url := migrated(t)
	a, b := newNode(t, url, "a"), newNode(t, url, "b")
	for i := range appeals {
		if _, err := send(t, a.Journal, fmt.Sprint(i), "1"); err != nil {
			t.Fatal(err)
		}
	}
	var both sync.WaitGroup
	for _, c := range claim(t, a.Journal, appeals, time.Minute) {
		both.Go(func() {
			if errs, err := a.Settle(t.Context(), done(c)); err != nil || errs[0] != nil {
				t.Errorf("settle: %v, %v", errs, err)
			}
		})
		both.Go(func() {
			change := &sdk.StatusChange{ID: "c", Ref: sdk.Ref{ID: "doc-" + c.View.Source.ID}, Status: sdk.StatusInWork, At: time.Now().Add(time.Minute)}
			e := journal.Entry{At: time.Now(), Link: "rx", Change: change}
			if _, err := b.Append(t.Context(), journal.Batch{Entries: []journal.Entry{e}}); err != nil {
				t.Errorf("append: %v", err)
			}
		})
	}
	both.Wait()
	if n := count(t, url, "SELECT count(*) FROM parked"); n != 0 {
		t.Errorf("%d statuses wait for ever", n)
	}
	if n := count(t, url, "SELECT count(*) FROM appeals WHERE status = 'in_work'"); n != appeals {
		t.Errorf("%d of %d appeals have their status", n, appeals)
	}
	verify(t, url)
}

// TestRandomBatches: batches over the same appeals in any order never block each
// other for good.
func TestRandomBatches(t *testing.T) {
	url := migrated(t)
	var all sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		n := newNode(t, url, name)
		for range 3 {
			all.Go(func() {
				for range 12 {
					randomBatch(t, n.Journal)
				}
			})
		}
	}
	all.Wait()
	verify(t, url)
}

func randomBatch(t *testing.T, j *Journal) {
	var b journal.Batch
	for range 1 + rand.IntN(12) {
		id := fmt.Sprint(rand.IntN(15))
		if rand.IntN(3) == 0 {
			c := &sdk.StatusChange{ID: fmt.Sprint(rand.IntN(9)), Ref: sdk.Ref{Link: "rx", ID: "doc-" + id}, Token: "t" + fmt.Sprint(rand.IntN(9)), Status: sdk.StatusInWork, At: time.Now()}
			b.Entries = append(b.Entries, journal.Entry{At: time.Now(), Link: []string{"rx", "arch"}[rand.IntN(2)], Change: c})
			continue
		}
		b.Entries = append(b.Entries, entry(message(id, fmt.Sprint(rand.IntN(9)))))
	}
	b.Cursors = []journal.Position{{Link: "pos", Feed: []string{"appeals", "statuses"}[rand.IntN(2)], At: "x"}}
	if _, err := j.Append(t.Context(), b); err != nil {
		t.Errorf("append: %v", err)
	}
	out := claim(t, j, 5, time.Minute)
	var back []journal.Settlement
	for _, c := range out {
		back = append(back, done(c))
	}
	if errs, err := j.Settle(t.Context(), back...); errors.Join(append(errs, err)...) != nil {
		t.Errorf("settle: %v, %v", errs, err)
	}
	if err := j.SetLink(t.Context(), "rx", "", time.Now(), func(s *journal.LinkState) { s.Paused = !s.Paused }); err != nil {
		t.Errorf("link: %v", err)
	}
}

// TestNotify: a node learns at once of what another one made due.
func TestNotify(t *testing.T) {
	url := migrated(t)
	a, b := newNode(t, url, "a"), newNode(t, url, "b")
	again := time.NewTicker(100 * time.Millisecond) // until the other one listens
	defer again.Stop()
	late := time.After(20 * time.Second)
	for i := 0; ; i++ {
		if _, err := send(t, a.Journal, fmt.Sprint(i), "1"); err != nil {
			t.Fatal(err)
		}
		select {
		case <-b.woken:
			return
		case <-again.C:
		case <-late:
			t.Fatal("it was not woken")
		}
	}
}
