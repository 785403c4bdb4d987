package intake

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// Own polls the links whose names belong to the partition, from where the last
// node that did has told: in the journal, or in the partition itself where the
// journal is behind or down. It waits until both that can be read are.
func (d *drain) Own(ctx context.Context, partition int32, generation int64) {
	var mine []*link.Link
	for _, l := range d.cfg.Links {
		if d.cfg.Bus.PartitionOf(l.Name()) == partition && len(d.feeds(l)) > 0 {
			mine = append(mine, l)
		}
	}
	if len(mine) == 0 {
		return
	}
	places, ok := d.places(ctx, partition, mine)
	if !ok {
		return
	}
	before := d.backlog(ctx)
	var pollers sync.WaitGroup
	for _, l := range mine {
		epoch := max(generation, places.epoch[l.Name()]+1)
		for _, f := range d.feeds(l) {
			p := d.newPoller(d.sources[l.Name()], f)
			at := places.at[feedKey{l.Name(), f.name}]
			p.from = &journal.Position{Link: l.Name(), Feed: f.name, At: at.At, Topic: d.cfg.Bus.Inbound().ID, Epoch: epoch}
			if f.direct {
				behind := *before
				behind.ends, p.behind = maps.Clone(before.ends), &behind
			}
			pollers.Go(func() { p.run(ctx) })
		}
	}
	d.cfg.Log.Info("this node polls", "links", names(mine), "generation", generation)
	pollers.Wait()
}

type feedKey struct{ link, feed string }

// found is where the feeds of links were read to, and in which epochs.
type found struct {
	at    map[feedKey]journal.Position
	epoch map[string]int64 // of a link: the highest
}

func (f *found) add(p journal.Position) {
	key := feedKey{p.Link, p.Feed}
	if last, ok := f.at[key]; ok && last.Topic == p.Topic && p.Epoch < last.Epoch {
		return // of a node that polled on after it had lost the partition
	}
	f.at[key] = p
	f.epoch[p.Link] = max(f.epoch[p.Link], p.Epoch)
}

// places finds where the links' feeds are to be read on; false when ctx has ended.
func (d *drain) places(ctx context.Context, partition int32, mine []*link.Link) (found, bool) {
	for n := 0; ; n++ {
		f := found{at: map[feedKey]journal.Position{}, epoch: map[string]int64{}}
		from := d.journalled(ctx, partition, mine, &f)
		err := d.cfg.Bus.Scan(ctx, partition, from, func(m *bus.Message) {
			if m.Get(bus.HeaderType) != bus.TypeCursor {
				return
			}
			if p, err := d.position(m); err == nil {
				f.add(p)
			}
		})
		if err == nil {
			return f, true
		}
		if ctx.Err() != nil {
			return f, false
		}
		d.cfg.Log.Warn("the feeds' places can't be read from the inbound topic for now", "partition", partition, "err", err)
		if !sleep(ctx, again(n)) {
			return f, false
		}
	}
}

// journalled adds what the journal knows, and returns from which offset the
// partition knows more: from its beginning where the journal can't be asked.
func (d *drain) journalled(ctx context.Context, partition int32, mine []*link.Link, f *found) (from int64) {
	from, known := d.Place(ctx, partition)
	if !known {
		return -1
	}
	for _, l := range mine {
		for _, feed := range d.feeds(l) {
			asking, cancel := context.WithTimeout(ctx, askTime)
			p, err := d.buffered().Position(asking, l.Name(), feed.name)
			cancel()
			switch {
			case errors.Is(err, journal.ErrNotFound):
			case err != nil:
				return -1
			default:
				f.add(p)
			}
		}
	}
	return from
}

func names(links []*link.Link) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.Name()
	}
	return out
}
