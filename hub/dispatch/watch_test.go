package dispatch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// TestWatch: a link that nothing is sent to is known to be down soon after the
// start, and within minutes when it goes down later; and to be up again.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := outage{time.Now(), time.Now().Add(time.Hour)}
		later := outage{time.Now().Add(3 * time.Hour), time.Now().Add(4 * time.Hour)}
		s := &system{check: func(context.Context) error {
			if err := first.err(); err != nil {
				return err
			}
			return later.err()
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: checked{plain{s}}}})
		w.run()
		for _, c := range []struct {
			after time.Duration
			down  bool
			why   string
		}{
			{5 * time.Second, true, "the system was away at the start"},
			{time.Hour + 2*time.Minute, false, "it came"},
			{2*time.Hour + 2*time.Minute, true, "it went"},
			{time.Hour, false, "it came again"},
		} {
			time.Sleep(c.after)
			if got := w.state(target).Down(); got != c.down {
				t.Errorf("down %v, but %s", got, c.why)
			}
		}
		if got := len(s.seen("")); got != 0 {
			t.Errorf("%d deliveries were called", got)
		}
	})
}
