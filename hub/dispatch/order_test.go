package dispatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestOrder: many appeals, each with files and a revision, to two links that
// sometimes fail: in order and one at a time within an appeal and link, at once
// across appeals.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, c call) error {
			time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
			if rand.IntN(10) == 0 {
				return sdk.Errorf(sdk.Transient, "answer", "not now")
			}
			return nil
		}
		systems := map[string]*system{target: {serve: slow}, "archive": {serve: slow}}
		w := newWorld(t, setting{
			links:  map[string]sdk.Connector{target: checked{plain{systems[target]}}, "archive": checked{plain{systems["archive"]}}, source: plain{&system{}}},
			config: link.Config{Concurrency: 6, MaxAttempts: 100},
		})
		w.run()
		const n = 60
		for i := range n {
			w.submit(appeal(i, "1", sdk.Attachment{ID: "a", Locator: "a"}, sdk.Attachment{ID: "b", Locator: "b"}))
		}
		for i := range n {
			w.submit(appeal(i, "2", sdk.Attachment{ID: "a", Locator: "a"}, sdk.Attachment{ID: "b", Locator: "b"}))
		}
		time.Sleep(10 * time.Minute)
		for name, s := range systems {
			if got := w.states(name); got[journal.DeliveryDoneOK] != 4*n || len(got) != 1 {
				t.Errorf("%s: %v", name, got)
			}
			if s.most < 4 || s.most > 6 {
				t.Errorf("%s had %d calls at once", name, s.most)
			}
			for id, calls := range byAppeal(s.seen("")) {
				wantOrder(t, id, calls, "appeal1 attachmenta attachmentb appeal2")
			}
		}
	})
}

func byAppeal(calls []call) map[string][]call {
	by := map[string][]call{}
	for _, c := range calls {
		by[c.appeal] = append(by[c.appeal], c)
	}
	return by
}

// wantOrder wants the calls to follow each other as given, but for repeats.
func wantOrder(t *testing.T, id string, calls []call, want string) {
	t.Helper()
	var got []string
	for i, c := range calls {
		if i > 0 && c.at.Before(calls[i-1].end) {
			t.Errorf("%s: %s%s began before %s%s ended", id, c.verb, c.what, calls[i-1].verb, calls[i-1].what)
		}
		if one := c.verb + c.what; len(got) == 0 || got[len(got)-1] != one {
			got = append(got, one)
		}
	}
	if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
		t.Errorf("%s: %s", id, diff)
	}
}

// TestPoison: an appeal that always fails blocks only itself, takes no link down
// where the system can be asked, dies after its attempts and holds back what
// follows it until it is skipped.
func TestPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var poison string
		s := &system{}
		s.serve = func(_ context.Context, c call) error {
			if c.appeal == poison && c.what == "1" {
				return &sdk.Error{Kind: sdk.Transient, Op: "create document", Err: fmt.Errorf("Иванова broke it")}
			}
			return nil
		}
		w := newWorld(t, setting{
			links:  map[string]sdk.Connector{target: checked{plain{s}}},
			config: link.Config{Concurrency: 2, MaxAttempts: 5},
		})
		poison = w.submit(appeal(1, "1"))[0]
		w.submit(appeal(1, "2"))
		w.run()
		w.submit(appeals(1)...)
		time.Sleep(time.Second / 2)
		if got := w.states(target); got[journal.DeliveryDoneOK] != 1 {
			t.Errorf("the other appeal waits: %v", got)
		}
		time.Sleep(time.Minute)
		got := w.deliveries(target)
		if got[0].State != journal.DeliveryDeadly || got[0].Attempts != 5 || got[0].LastKind != sdk.Transient || got[1].State != journal.DeliveryQueued {
			t.Errorf("the poison: %+v, behind it: %+v", got[0], got[1])
		}
		if !strings.Contains(got[0].LastError, "Иванова broke it") {
			t.Errorf("the error's text is not kept: %q", got[0].LastError)
		}
		if state := w.state(target); state.Down() || state.Failures >= journal.DownAfter {
			t.Errorf("the link: %+v", state)
		}
		if lines := w.log.lines("delivery failed"); len(lines) != 5 || strings.Contains(strings.Join(lines, ""), "Иванова") || !strings.Contains(lines[4], `op="create document"`) || !strings.Contains(lines[4], "then=dead") {
			t.Errorf("logged: %q", lines)
		}
		if _, err := w.journal.Act(t.Context(), journal.Action{Kind: journal.ActSkip, IDs: []int64{got[0].ID}, Actor: "operator", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := w.deliveries(target)[1]; got.State != journal.DeliveryDoneOK {
			t.Errorf("what followed a skipped one: %+v", got)
		}
	})
}

// TestKinds: what becomes of a delivery follows the error's kind.
func TestKinds(t *testing.T) {
	for kind, want := range map[sdk.Kind]journal.DeliveryState{
		sdk.Rejected: journal.DeliveryDeadly, sdk.Invalid: journal.DeliveryDeadly, sdk.NotFound: journal.DeliveryDeadly,
		sdk.Conflict: journal.DeliveryDeadly, sdk.Unsupported: journal.DeliveryDeadly,
		sdk.Transient: journal.DeliveryReady, sdk.Throttled: journal.DeliveryReady, sdk.Denied: journal.DeliveryReady,
	} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &system{serve: func(context.Context, call) error { return sdk.Errorf(kind, "create", "no") }}
				w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}})
				w.run()
				w.submit(appeals(1)...)
				time.Sleep(time.Second / 2)
				got := w.deliveries(target)[0]
				if got.State != want || got.LastKind != kind {
					t.Errorf("got %+v", got)
				}
				if wrong := sample(t, w, "appealhub_delivery_attempts_total", map[string]string{"link": target, "kind": string(kind)}) != 1; wrong {
					t.Error("the attempt was not counted")
				}
			})
		})
	}
}

// TestVerbs: a change reaches the source's record, and a token is turned into a
// reference, under the link's own name whatever the connector writes.
func TestVerbs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edms, portal := &system{token: "t1"}, &system{}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{edms}, source: plain{portal}}})
		w.run()
		id := w.submit(appeals(1)...)[0]
		time.Sleep(time.Second)
		ref := sdk.Ref{Link: target, ID: "t1-confirm"}
		if got, err := w.journal.ByRef(t.Context(), ref); err != nil || got != id {
			t.Fatalf("by %v: %q, %v", ref, got, err)
		}
		change := sdk.StatusChange{ID: "c1", Ref: ref, Status: sdk.StatusRegistered, At: time.Now()}
		if _, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: target, Change: &change}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := portal.seen("status"); len(got) != 1 || got[0].appeal != "0" || got[0].what != "c1" {
			t.Errorf("the portal was told %+v", got)
		}
	})
}

// rework tells the rounds of repeated consideration that it gets.
type rework struct {
	plain
	told chan<- int
}

func (r rework) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	r.told <- a.Rework.Round
	return r.plain.DeliverAppeal(ctx, a)
}

// TestRounds: the round is the source's or the hub's count, whichever is later.
func TestRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan int, 1)
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: rework{plain{&system{}}, told}, source: plain{&system{}}}, rounds: func(v *journal.View) int { return v.Revision - 1 }})
		w.run()
		for i, want := range []int{0, 1, 5, 3} {
			a := appeal(1, fmt.Sprint(i))
			a.Rework.Round = []int{0, 0, 5, 1}[i]
			w.submit(a)
			if got := <-told; got != want {
				t.Errorf("revision %d: round %d, want %d", i+1, got, want)
			}
		}
	})
}

// TestPanic: a connector that panics is an error of that delivery.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls int
		s := &system{}
		s.serve = func(context.Context, call) error {
			if calls++; calls == 1 {
				var none []int
				_ = none[calls]
			}
			return nil
		}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{s}}})
		w.run()
		w.submit(appeals(1)...)
		time.Sleep(3 * time.Second)
		if got := w.deliveries(target)[0]; got.State != journal.DeliveryDoneOK || got.Attempts != 1 {
			t.Errorf("got %+v", got)
		}
	})
}
