package crash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// How long the EDMS is away, and how soon after its return what came meanwhile
// must be there.
const (
	outageTime  = 10 * time.Second
	catchUpTime = 20 * time.Second
	settleTime  = 5 * time.Minute
)

// outage takes the EDMS away while appeals come, and measures how soon they are
// there when it is back.
func (t *test) outage(ctx context.Context) error {
	if err := t.await(ctx, settleTime, t.registered); err != nil {
		return err
	}
	if err := stage.Call(ctx, "POST", t.stage.RX+"/_sim/faults", map[string]any{"fault": "drop_before"}, nil); err != nil {
		return err
	}
	if err := stage.Call(ctx, "POST", t.stage.POS+"/_sim/seed", map[string]int{"count": 50}, nil); err != nil {
		return err
	}
	t.feed.seeded += 50
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(outageTime):
	}
	if err := stage.Call(ctx, "DELETE", t.stage.RX+"/_sim/faults", nil, nil); err != nil {
		return err
	}
	back := time.Now()
	if err := t.await(ctx, catchUpTime, t.registered); err != nil {
		return fmt.Errorf("after an outage of %v: %w", outageTime, err)
	}
	fmt.Fprintf(t.Out, "an outage of %v was caught up %v after its end\n", outageTime, time.Since(back).Round(100*time.Millisecond))
	return nil
}

// errStill says what is not done yet.
type errStill string

// Error says what is wrong, in one line.
func (e errStill) Error() string { return string(e) }

// await waits until done returns nil; an errStill means: not yet.
func (t *test) await(ctx context.Context, within time.Duration, done func(context.Context) error) error {
	for bound := time.Now().Add(within); ; {
		err := done(ctx)
		var still errStill
		if err == nil || !errors.As(err, &still) {
			return err
		}
		if time.Now().After(bound) {
			return fmt.Errorf("not within %v: %w (see %s)", within, err, t.Dir)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// registered wants a document for every appeal.
func (t *test) registered(ctx context.Context) error {
	var state struct {
		Counts map[string]int `json:"counts"`
	}
	if err := stage.Call(ctx, "GET", t.stage.RX+"/_sim/state", nil, &state); err != nil {
		return err
	}
	if got, want := state.Counts["IRequests"], t.feed.seeded+t.feed.submitted; got < want {
		return errStill(fmt.Sprintf("%d of %d appeals are registered", got, want))
	}
	return nil
}

// settle waits until the portal has every answer.
func (t *test) settle(ctx context.Context) error {
	return t.await(ctx, settleTime, func(ctx context.Context) error {
		var portal struct {
			Items   int `json:"items"`
			Waiting int `json:"waiting"`
			Closed  int `json:"closed"`
		}
		if err := stage.Call(ctx, "GET", t.stage.POS+"/_sim/summary", nil, &portal); err != nil {
			return err
		}
		if portal.Waiting > 0 || portal.Closed < portal.Items {
			return errStill(fmt.Sprintf("%d items, %d not accepted, %d answered", portal.Items, portal.Waiting, portal.Closed))
		}
		return nil
	})
}
