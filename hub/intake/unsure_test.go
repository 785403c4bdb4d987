package intake

import (
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

// silentBus is a bus whose brokers take messages and do not answer while silent is true.
func silentBus(t *testing.T, silent *atomic.Bool) *bus.Kafka {
	t.Helper()
	k, c := busAt(t)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return nil, nil, silent.Load()
	})
	return k
}

// TestUnsure: a submission without a key is answered soon though the brokers are silent
// about it: the journal has it. Where neither can be used it is waited for.
func TestUnsure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		down int
		want journal.Outcome
	}{"the journal is well": {0, journal.Appended}, "the journal is down": {1 << 30, Buffered}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var silent atomic.Bool
			silent.Store(true)
			k := silentBus(t, &silent)
			defer silent.Store(false)
			j := &picky{down: c.down}
			in := New(Config{Journal: j, Bus: k, Log: slog.New(slog.DiscardHandler)})
			speak := time.AfterFunc(k.Silence()+time.Second, func() { silent.Store(c.down == 0) })
			defer speak.Stop()
			begun := time.Now()
			got, err := in.Submit(t.Context(), Submission{Appeal: appealOf("", 9)})
			if err != nil || got.Outcome != c.want || c.down == 0 && time.Since(begun) > 2*k.Silence() {
				t.Errorf("%v %v after %v", got.Outcome, err, time.Since(begun))
			}
		})
	}
}

// TestUnsureTwice: what the journal took beside the topic is a duplicate when it comes
// out of that, with a version of the client's or without.
func TestUnsureTwice(t *testing.T) {
	j, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{Planner: journaltest.Planner{}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	go j.Run(t.Context())
	in := New(Config{Journal: j, Bus: &bus.Kafka{}, Log: slog.New(slog.DiscardHandler)})
	for _, version := range []string{"1", ""} {
		given := appealOf("", 9)
		given.Ref, given.Version, given.AckID = sdk.Ref{}, version, ""
		a, err := ReadAppeal(writtenAppeal(given))
		if err != nil {
			t.Fatal(err)
		}
		if err := in.submitted(t.Context(), &a, ""); err != nil {
			t.Fatal(err)
		}
		one := item{once: true, entry: journal.Entry{ID: sourceID(&a), At: in.now(), Link: "api", Appeal: &a, Once: true}}
		m, err := in.message(&one.entry)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := in.beside(t.Context(), one); err != nil || got[0].Outcome != journal.Appended {
			t.Errorf("beside: %v, %v", got, err)
		}
		e, err := in.entry(&m)
		if err != nil || e.Appeal == nil || e.Appeal.Ref != (sdk.Ref{Link: "api", ID: a.Ref.ID}) {
			t.Fatalf("%v, %v", e, err)
		}
		if got, err := in.append(t.Context(), []item{{entry: e}}, nil); err != nil || got[0].Outcome != journal.Duplicate {
			t.Errorf("from the topic: %v, %v", got, err)
		}
	}
}
