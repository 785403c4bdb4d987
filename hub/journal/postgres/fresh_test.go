package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestFresh: a delivery carries the same whether the node that claims it has
// recorded the appeal or not, and whatever it has recorded since.
func TestFresh(t *testing.T) {
	url := migrated(t)
	one, _ := running(t, url, Options{Node: "one"})
	two, _ := running(t, url, Options{Node: "two"})
	first := message("1", "a")
	first.Numbers = []sdk.Number{{System: sdk.NumberPOS, Value: "77-1", Link: "pos"}}
	first.Attachments = []sdk.Attachment{{ID: "f", Name: "яма.jpg", MediaType: "image/jpeg"}}
	second := message("1", "b")
	second.Text = "Дополнение"
	for _, a := range []*sdk.Appeal{first, second} {
		if _, err := one.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(a)}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(one.recent.events) != 2 || len(two.recent.events) != 0 {
		t.Fatalf("kept: %d, %d", len(one.recent.events), len(two.recent.events))
	}
	query(t, url, "UPDATE deliveries SET state = 'ready'")
	query(t, url, "UPDATE files SET state = 'stored', size = 3, sha256 = 'ab'")
	at := func(j *Journal) []journal.Claimed {
		out := claim(t, j, 9, time.Minute)
		for i := range out {
			out[i].Lease, out[i].Until = "", time.Time{}
		}
		query(t, url, "UPDATE deliveries SET lease = '', leased_until = 0, node = ''")
		return out
	}
	mine, theirs := at(one), at(two)
	if diff := cmp.Diff(theirs, mine, cmpopts.EquateEmpty()); diff != "" || len(mine) < 3 {
		t.Errorf("%d deliveries; read (-), kept (+):\n%s", len(mine), diff)
	}
}

// TestFreshOfAnother: after a restore another appeal's event may have the place of
// one that is kept.
func TestFreshOfAnother(t *testing.T) {
	f := fresh{events: map[int64]*content{}}
	f.put([]content{{event: &journal.Event{Seq: 7, Stream: "a"}}})
	all := []*delivery{{Delivery: journal.Delivery{ID: 1, Event: 7, Appeal: "a", Verb: journal.VerbAppeal}}, {Delivery: journal.Delivery{ID: 2, Event: 7, Appeal: "b", Verb: journal.VerbAppeal}}}
	if got := f.of(all); got[1] == nil || got[2] != nil {
		t.Errorf("%v", got)
	}
}

// TestFreshIsBounded: so many contents are kept, and no large one.
func TestFreshIsBounded(t *testing.T) {
	f := fresh{events: map[int64]*content{}}
	for seq := range int64(2000) {
		f.put([]content{{event: &journal.Event{Seq: seq + 1}}})
	}
	if len(f.events) != len(f.order) || f.events[2000] == nil || f.events[1000] != nil {
		t.Errorf("%d are kept", len(f.events))
	}
	var x tx
	x.keep(&journal.Event{}, message("1", "a"), body{packed: make([]byte, freshLimit+1)})
	if len(x.fresh) != 0 {
		t.Error("a large one is kept")
	}
}
