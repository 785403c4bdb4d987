package journaltest

import (
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func handsCases() []testcase {
	return []testcase{
		{"what is laid in the hands is what a claim of it would be", "an EDMS must get the same appeal whichever way it goes", handedOn},
		{"what needs more, or has no room, is there to be claimed", "it would wait for the next look, or lack its file", notHandedOn},
		{"what is refused is in nobody's hands", "an EDMS would register what the hub does not have", refusedUnhanded},
	}
}

// palms are hands with so much room.
type palms struct {
	w       *world
	mu      sync.Mutex
	room    int
	held    int
	claimed []journal.Claimed
}

func (p *palms) Hold(link string) (journal.Claim, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+len(p.claimed) >= p.room {
		return journal.Claim{}, false
	}
	p.held++
	return journal.Claim{Link: link, Limit: 1, Lease: time.Minute, Now: p.w.clock()}, true
}

func (p *palms) Take(_ string, held int, claimed []journal.Claimed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held -= held
	p.claimed = append(p.claimed, claimed...)
}

// lend opens the journal again with hands that have so much room.
func (w *world) lend(room int) *palms {
	p := &palms{w: w, room: room}
	w.hands = p
	w.reopen()
	return p
}

func handedOn(w *world) {
	hands := w.lend(9)
	numbered := message("1", "rx")
	numbered.Numbers = []sdk.Number{{System: sdk.NumberPOS, Value: "77-1", Link: "pos"}}
	w.appeal(numbered)
	w.appeal(message("2", "rx"))
	w.same("woken", []string(nil), w.awake())
	if hands.held != 0 || len(hands.claimed) != 2 {
		w.Fatalf("%d held, %d handed on", hands.held, len(hands.claimed))
	}
	w.none("rx")
	first, second := hands.claimed[0], hands.claimed[1]
	if left := first.Until.Sub(w.now); left > time.Minute || left < 50*time.Second {
		w.Errorf("leased for %v", left)
	}
	w.settle(receipt(second, "doc-2"))
	w.pass(time.Minute)
	claimed := w.one("rx", journal.VerbAppeal)
	if diff := cmp.Diff(claimed, first, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(journal.Claimed{}, "Lease", "Until")); diff != "" {
		w.Errorf("claimed (-), handed on (+):\n%s", diff)
	}
	if err := w.trySettle(receipt(first, "doc-1")); err == nil {
		w.Error("the lease that was handed on holds beside the claim's")
	}
}

func notHandedOn(w *world) {
	long := message("long", "rx")
	long.Text = strings.Repeat("Двор не убран. ", 10_000)
	for name, c := range map[string]struct {
		room   int
		batch  []*sdk.Appeal
		handed int
	}{
		"no room":                   {0, []*sdk.Appeal{message("a", "rx")}, 0},
		"room for one":              {1, []*sdk.Appeal{message("b", "rx"), message("c", "rx")}, 1},
		"a file":                    {9, []*sdk.Appeal{message("d", "rx", sdk.Attachment{ID: "f", Name: "яма.jpg", Size: 3, SHA256: "ab"})}, 0},
		"a long text":               {9, []*sdk.Appeal{long}, 0},
		"revised in the same batch": {9, []*sdk.Appeal{message("e", "rx"), version(message("e", "rx"), "v2")}, 0},
	} {
		hands := w.lend(c.room)
		var b journal.Batch
		for _, a := range c.batch {
			b.Entries = append(b.Entries, journal.Entry{At: w.now, Link: "pos", Appeal: a})
		}
		if _, err := w.j.Append(w.ctx, b); err != nil {
			w.Fatal(err)
		}
		w.same(name+": woken", []string{"rx"}, w.awake())
		if hands.held != 0 || len(hands.claimed) != c.handed {
			w.Errorf("%s: %d held, %d handed on", name, hands.held, len(hands.claimed))
		}
		for _, d := range hands.claimed {
			w.settle(receipt(d, "doc-"+d.Appeal))
		}
		for out := w.claim("rx", 10); len(out) > 0; out = w.claim("rx", 10) {
			for _, d := range out {
				w.settle(receipt(d, "doc-"+d.Appeal))
			}
		}
	}
}

func refusedUnhanded(w *world) {
	hands := w.lend(9)
	_, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{
		{At: w.now, Link: "pos", Appeal: message("1", "rx")}, {At: w.now, Route: "unknown"},
	}})
	if err == nil {
		w.Fatal("a batch with an unknown appeal was taken")
	}
	if hands.held != 0 || len(hands.claimed) != 0 {
		w.Errorf("%d held, %d handed on", hands.held, len(hands.claimed))
	}
	w.none("rx")
}
