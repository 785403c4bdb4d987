package intake

import (
	"context"
	"errors"
	"slices"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// acksAtOnce is how many ids one call acknowledges.
const acksAtOnce = 100

// errNoAcks says that acks fail one after the other: the rest is not tried.
var errNoAcks = errors.New("acks fail in a row")

// acknowledge tells the source what is held. An ack that fails is not kept: its
// item is served again and acknowledged as a duplicate. The error is one that
// the next sweep has to heed: refused credentials, or a wait that was asked for.
func (p *poller) acknowledge(ctx context.Context) error {
	ids := unique(p.acks)
	p.acks = nil
	if !p.link.Can().Acker {
		return nil
	}
	a := acker{poller: p}
	for chunk := range slices.Chunk(ids, acksAtOnce) {
		if err := a.send(ctx, chunk); err != nil {
			return a.heed(ctx, err)
		}
		failpoint.Hit("intake.after_ack")
	}
	return nil
}

// unique drops repeats: an item that slipped to the next page while the list
// was read is served twice in a sweep.
func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(ids, func(id string) bool {
		if seen[id] {
			return true
		}
		seen[id] = true
		return false
	})
}

// acker sends a sweep's acks.
type acker struct {
	*poller
	inRow int // transient failures one after the other
}

// send acknowledges ids. If some of them fail they are told one by one, so that
// one that always fails does not keep the others from being told.
func (a *acker) send(ctx context.Context, ids []string) error {
	err := a.link.Ack(ctx, ids...)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil:
		a.inRow = 0
		return nil
	}
	a.failed(a.log, a.link.Name(), "ack", err)
	switch kind := sdk.KindOf(err); {
	case kind == sdk.Denied || kind == sdk.Throttled:
		return err
	case len(ids) > 1:
		return a.each(ctx, ids)
	case kind == sdk.Transient:
		if a.inRow++; a.inRow >= journal.DownAfter {
			return errNoAcks
		}
	default:
		a.inRow = 0
	}
	return nil
}

func (a *acker) each(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if err := a.send(ctx, []string{id}); err != nil {
			return err
		}
	}
	return nil
}

// heed returns the part of an ack's failure that concerns the next sweep.
func (a *acker) heed(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return err
	case sdk.KindOf(err) == sdk.Denied:
		return errors.Join(err, a.fault(ctx, sdk.Denied, err.Error()))
	case sdk.KindOf(err) == sdk.Throttled:
		return err
	}
	return nil
}
