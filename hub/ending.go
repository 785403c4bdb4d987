package hub

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// endGrace is how long after the drain what heeds its context may take to end.
const endGrace = 5 * time.Second

// within has f work until ctx ends, and leaves it where it then does not end with the
// drain: a connector's call that heeds no context keeps no hub from ending.
func (h *Hub) within(ctx context.Context, what string, f func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(h.drain + h.grace)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return fmt.Errorf("%s: a connector's call did not end with the drain", what)
	}
}

// closeLinks closes the links at once, and names those that do not end.
func (h *Hub) closeLinks() error {
	closed := make([]chan error, len(h.links))
	for i, l := range h.links {
		closed[i] = make(chan error, 1)
		go func() { closed[i] <- l.Close() }()
	}
	late := make(chan struct{})
	defer time.AfterFunc(h.grace, func() { close(late) }).Stop()
	var errs []error
	for i, l := range h.links {
		select {
		case err := <-closed[i]:
			errs = append(errs, err)
			continue
		default:
		}
		select {
		case err := <-closed[i]:
			errs = append(errs, err)
		case <-late:
			errs = append(errs, fmt.Errorf("link %s: a connector's call did not end", l.Name()))
		}
	}
	return errors.Join(errs...)
}
