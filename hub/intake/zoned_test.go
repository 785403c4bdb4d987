package intake

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// TestTimesMarkedAsUTC: a link whose system marks its local times as UTC has them
// taken for local ones; times with an offset, and other links' times, stay.
func TestTimesMarkedAsUTC(t *testing.T) {
	omsk := time.FixedZone("+06", 6*60*60)
	in := New(Config{})
	in.sources["pos"] = &source{zone: omsk}
	in.sources["rx"] = &source{}
	marked := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	told := time.Date(2026, 11, 20, 10, 0, 0, 0, time.FixedZone("", 3*60*60))
	a := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}, ReceivedAt: marked, RegisteredAt: told}
	in.appeal("pos", a)
	if want := marked.Add(-6 * time.Hour); !a.ReceivedAt.Equal(want) || !a.RegisteredAt.Equal(told) {
		t.Errorf("received %v, registered %v", a.ReceivedAt, a.RegisteredAt)
	}
	c := &sdk.StatusChange{ID: "1", Ref: sdk.Ref{Link: "pos", ID: "1"}, At: marked}
	in.change("pos", c, false)
	if !c.At.Equal(marked.Add(-6 * time.Hour)) {
		t.Errorf("changed %v", c.At)
	}
	c.At = marked
	in.change("rx", c, false)
	if !c.At.Equal(marked) {
		t.Errorf("another link's change: %v", c.At)
	}
}
