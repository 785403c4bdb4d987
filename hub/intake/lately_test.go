package intake

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

func sentAs(key string) *bus.Message { return &bus.Message{Key: key, Value: []byte("value of " + key)} }

// TestLately: what is kept comes back once, for the very bytes that were sent.
func TestLately(t *testing.T) {
	l := &lately{}
	took := func(m *bus.Message, want string) {
		t.Helper()
		if a, ok := l.take(m); ok != (want != "") || a.Text != want {
			t.Errorf("%s is %q, %v, want %q", m.Key, a.Text, ok, want)
		}
	}
	one := sentAs("api/1")
	took(one, "")
	l.put(one, &sdk.Appeal{Text: "one"})
	took(one, "one")
	took(one, "")

	l.put(one, &sdk.Appeal{Text: "one"})
	took(&bus.Message{Key: one.Key, Value: []byte("another one's")}, "")

	l.put(one, &sdk.Appeal{Text: "one", Attachments: make([]sdk.Attachment, 1)})
	took(one, "")
	large := &bus.Message{Key: "api/2", Value: make([]byte, latelySize+1)}
	l.put(large, &sdk.Appeal{Text: "large"})
	took(large, "")

	l = &lately{}
	l.put(one, &sdk.Appeal{Text: "one"})
	for i := range latelyMost - 1 {
		l.put(sentAs(fmt.Sprint("api/more", i)), &sdk.Appeal{Text: "more"})
	}
	took(one, "one")
	for i := range latelyMost {
		l.put(sentAs(fmt.Sprint("api/again", i)), &sdk.Appeal{Text: "again"})
	}
	took(sentAs("api/more0"), "")
	took(sentAs("api/again0"), "again")
	if len(l.byKey) > latelyMost {
		t.Errorf("%d are kept", len(l.byKey))
	}
}

// TestLatelyOnItsWay: a submission is kept as it goes to the topic, and what is kept is
// what is read as it comes back.
func TestLatelyOnItsWay(t *testing.T) {
	in := New(Config{Journal: &picky{}, Bus: busOf(t), Log: slog.New(slog.DiscardHandler)})
	got, err := in.Submit(t.Context(), Submission{Appeal: appealOf("", 10), Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	key := got.Ref.String()
	kept, ok := in.lately.byKey[key]
	if !ok {
		t.Fatalf("%s is not kept", key)
	}
	kept.appeal.Text = "as it is kept"
	in.lately.byKey[key] = kept
	m := &bus.Message{Key: key, Value: bytes.Clone(kept.value), Place: got.Place}
	e, err := in.readAppeal(journal.Entry{Link: link.ReservedName}, m)
	if err != nil || e.Appeal == nil || e.Appeal.Text != "as it is kept" || !e.Once {
		t.Errorf("read %+v, %v", e, err)
	}
}
