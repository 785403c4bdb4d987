package hub

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/dispatch"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// Hub is one hub in this process.
type Hub struct {
	log      *slog.Logger
	drain    time.Duration
	grace    time.Duration // behind the drain, until what has not ended is left
	lock     *os.File
	listener net.Listener
	server   *http.Server
	journal  journal.Journal
	links    []*link.Link
	intake   *intake.Intake
	dispatch *dispatch.Dispatch
	bus      *bus.Kafka    // nil: embedded
	feed     *bus.Feed     // nil: embedded
	events   chan struct{} // tells the feed of new ones
	self     journal.Node  // as other nodes know this one
	archive  *archiving    // nil: nothing is
}

// Addr is the address that the API listens on, as host:port.
func (h *Hub) Addr() string { return h.listener.Addr().String() }

// URL is the address of the API on the address that it listens on.
func (h *Hub) URL() string {
	if h.server.TLSConfig != nil {
		return "https://" + h.Addr()
	}
	return "http://" + h.Addr()
}

// Run works until ctx ends or a part fails. Requests and calls under way then
// have the drain time to finish; the journal commits until they have. A
// connector's call that has not ended some seconds later is an error that names
// where, and is left.
func (h *Hub) Run(ctx context.Context) error {
	committing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	journalled := make(chan error, 1)
	working, ctx := errgroup.WithContext(ctx)
	go func() { journalled <- h.journal.Run(committing) }()
	shares := h.newShares()
	if shares != nil {
		shares.begin(ctx)
	}
	working.Go(func() error { return h.watch(ctx, journalled) })
	working.Go(func() error { return h.within(ctx, "intake", h.intake.Run) })
	working.Go(func() error { return h.intake.Clock(ctx) })
	working.Go(func() error { return h.within(ctx, "digests", h.intake.RunDigests) })
	working.Go(func() error { return h.dispatch.Run(ctx) })
	working.Go(func() error { return h.serve(ctx) })
	working.Go(func() error { return h.beat(ctx) })
	if shares != nil {
		working.Go(func() error { return shares.run(ctx) })
		defer shares.letGo()
	}
	if h.archive != nil {
		working.Go(func() error { return h.archive.run(ctx) })
	}
	if h.feed != nil {
		working.Go(func() error { return h.feed.Run(ctx) })
	}
	err := working.Wait()
	h.leave()
	stop()
	select {
	case ended := <-journalled:
		err = errors.Join(err, ended)
	case <-time.After(h.drain):
		err = errors.Join(err, errors.New("the journal did not end in time"))
	}
	return err
}

// watch ends everything else when the journal ends first.
func (h *Hub) watch(ctx context.Context, journalled chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-journalled:
		journalled <- nil
		if err == nil {
			err = errors.New("the journal ended")
		}
		return err
	}
}

// Close gives back what Open took. It is called after Run has returned, or in
// its place.
func (h *Hub) Close() error {
	var errs []error
	if h.listener != nil {
		if err := h.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, h.closeLinks())
	if h.bus != nil {
		errs = append(errs, h.bus.Close())
	}
	if h.journal != nil {
		errs = append(errs, h.journal.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Close())
	}
	return errors.Join(errs...)
}
