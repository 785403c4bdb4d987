package dispatch

import (
	"context"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// How often a system is asked whether it is there, with or without deliveries
// for it, and how soon again when it did not answer.
const (
	watchEvery = time.Minute
	watchAgain = time.Second
)

// watch checks the link when the hub starts and every now and then, so that one
// that nothing is sent to is known to be down too. A link that is down or paused
// is probed by the claimer.
func (o *outlet) watch(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		next := watchEvery
		if o.health.open() {
			err := o.health.ask(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil { // that it can be reached is known; what a feed or a delivery met stands
				o.health.learn(ctx, err)
			}
			if err != nil && sdk.KindOf(err) == sdk.Transient {
				next = watchAgain
			}
		}
		timer.Reset(next)
	}
}
