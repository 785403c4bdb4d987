package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestNodes: nodes are known with what they have in hand until they leave, or have
// been silent for a day.
func TestNodes(t *testing.T) {
	url := migrated(t)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one, _ := running(t, url, Options{Node: "one", Now: clock})
	two, _ := running(t, url, Options{Node: "two", Now: clock})
	first := journal.Node{ID: "one", Host: "h1", Listen: "127.0.0.1:1", Version: "v1", Started: now.Add(-time.Hour), Polls: []string{"pos/appeals", "rx/states"}}
	second := journal.Node{ID: "two", Host: "h2", Draining: true}
	if err := one.Beat(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	now = now.Add(20 * time.Second)
	if err := two.Beat(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(message("1", "a"))}}); err != nil {
		t.Fatal(err)
	}
	taken := claim(t, one, 1, time.Minute)
	if _, err := two.Hold(t.Context(), time.Minute, "b", "a"); err != nil {
		t.Fatal(err)
	}
	want := []journal.NodeState{
		{Node: first, Seen: now.Add(-20 * time.Second), Silent: 20 * time.Second, InHand: map[string]int{"rx": len(taken)}},
		{Node: second, Seen: now, InHand: map[string]int{}, Leases: []string{"a", "b"}},
	}
	check := func(why string, want []journal.NodeState) {
		t.Helper()
		got, err := two.Nodes(t.Context())
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", why, err, d)
		}
		got, err = two.Peers(t.Context())
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(journal.NodeState{}, "InHand")); err != nil || d != "" {
			t.Errorf("%s, peers: %v %s", why, err, d)
		}
	}
	check("both", want)
	now = now.Add(forget)
	if err := two.Beat(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	check("one has been silent for a day", []journal.NodeState{{Node: second, Seen: now, InHand: map[string]int{}}})
	now = now.Add(time.Hour)
	if err := two.Beat(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := two.pool.QueryRow(t.Context(), "SELECT count(*) FROM leases").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d leases that have been over for a day: %v", left, err)
	}
	if err := two.Leave(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	check("none", nil)
}

// TestPeersReadNoDeliveries: what each node asks every few seconds looks at no delivery.
func TestPeersReadNoDeliveries(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{Node: "one"})
	if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(message("1", "a"))}}); err != nil {
		t.Fatal(err)
	}
	claim(t, j, 1, time.Minute)
	if err := j.Beat(t.Context(), journal.Node{ID: "one"}); err != nil {
		t.Fatal(err)
	}
	l := &listener{all: map[string][]any{}}
	j.pool = l.on(t, j.pool)
	got, err := j.Peers(t.Context())
	if err != nil || len(got) != 1 || len(got[0].InHand) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if plans := l.plans(t, url); len(plans) != 0 || len(l.all) == 0 {
		t.Errorf("of %d statements these read deliveries: %v", len(l.all), plans)
	}
}

// TestLeases: a lease is one node's until it is over or given back.
func TestLeases(t *testing.T) {
	url := migrated(t)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one, _ := running(t, url, Options{Node: "one", Now: clock})
	two, _ := running(t, url, Options{Node: "two", Now: clock})
	hold := func(why string, j *Journal, want ...string) {
		t.Helper()
		got, err := j.Hold(t.Context(), 10*time.Second, "b", "a", "c")
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", why, err, d)
		}
	}
	hold("free", one, "a", "b", "c")
	hold("taken", two)
	now = now.Add(9 * time.Second)
	hold("renewed", one, "a", "b", "c")
	now = now.Add(9 * time.Second)
	hold("still the first one's", two)
	if err := one.LetGo(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := two.LetGo(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	hold("one was given back, and nobody gives back another's", two, "b")
	now = now.Add(10 * time.Second)
	hold("over", two, "a", "b", "c")
	hold("lost", one)
}
