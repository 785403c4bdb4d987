package intake

import (
	"context"
	"sync"
	"time"

	"github.com/appealhub/appealhub/hub/link"
)

// Run polls every feed of every link until ctx ends, and returns nil once the
// calls under way have ended too: within the links' time-outs. The journal must
// be running. What was committed by then and not yet acknowledged is served
// again and acknowledged as a duplicate.
//
// Behind an inbound topic it reads the node's partitions of it into the journal,
// and polls the links that belong to these.
func (in *Intake) Run(ctx context.Context) error {
	if in.cfg.Bus != nil {
		return in.cfg.Bus.Read(ctx, &drain{Intake: in})
	}
	var pollers sync.WaitGroup
	for _, l := range in.cfg.Links {
		for _, f := range in.feeds(l) {
			p := in.newPoller(in.sources[l.Name()], f)
			pollers.Go(func() { p.run(ctx) })
		}
	}
	pollers.Wait()
	return nil
}

// feeds returns what is to be read of a link.
func (in *Intake) feeds(l *link.Link) []feed {
	var out []feed
	can := l.Can()
	if can.AppealSource {
		out = append(out, in.appeals(l))
	}
	if can.StatusSource {
		out = append(out, in.statuses(l))
	}
	if can.StatusReader {
		out = append(out, in.states(l))
	}
	return out
}

// Feeds names what is read of a link with the abilities: see journal.FeedOf.
func Feeds(can link.Abilities) (names []string) {
	for _, f := range []struct {
		name string
		read bool
	}{{appealsFeed, can.AppealSource}, {statusesFeed, can.StatusSource}, {statesFeed, can.StatusReader}} {
		if f.read {
			names = append(names, f.name)
		}
	}
	return names
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
