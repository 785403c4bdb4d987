package pos

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/appealhub/appealhub/sdk"
)

// Check gets a new token: the platform is there and takes the credentials.
func (c *Connector) Check(ctx context.Context) error {
	_, err := c.tokens.renew(ctx)
	return err
}

// acksAtOnce bounds the acknowledgements on their way.
const acksAtOnce = 4

// Ack marks each item as accepted. One item's failure does not keep the others
// from being marked; the errors come back joined, those that concern the whole
// link first. After one of these no more is asked: what was not marked is served
// again.
func (c *Connector) Ack(ctx context.Context, taken ...string) error {
	const op = "mark accepted"
	errs := make([]error, len(taken))
	var group errgroup.Group
	group.SetLimit(acksAtOnce)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for i, id := range taken {
		group.Go(func() error {
			if errs[i] = c.ack(ctx, op, id); linkTrouble(errs[i]) {
				stop()
			}
			return nil
		})
	}
	_ = group.Wait() // each error is in errs
	return joinAcks(errs)
}

func (c *Connector) ack(ctx context.Context, op, id string) error {
	if !validID(id) {
		return sdk.Errorf(sdk.Invalid, op, "not an id of the platform's")
	}
	return c.post(ctx, op, c.cfg.address("appeal-service", "edms", id, "mark-accepted"), nil)
}

// linkTrouble tells failures that the next request would meet too.
func linkTrouble(err error) bool {
	if err == nil {
		return false
	}
	kind := sdk.KindOf(err)
	return kind == sdk.Denied || kind == sdk.Throttled || sdk.TimedOut(err)
}

// joinAcks joins errors so that the kind of the whole is the gravest one's. What
// was cancelled because of another's failure is left out.
func joinAcks(errs []error) error {
	var link, transient, single, cancelled []error
	for _, err := range errs {
		switch {
		case err == nil:
		case linkTrouble(err):
			link = append(link, err)
		case errors.Is(err, context.Canceled):
			cancelled = append(cancelled, err)
		case sdk.KindOf(err) == sdk.Transient:
			transient = append(transient, err)
		default:
			single = append(single, err)
		}
	}
	if len(link)+len(transient)+len(single) == 0 {
		return errors.Join(cancelled...)
	}
	return errors.Join(append(append(link, transient...), single...)...)
}
