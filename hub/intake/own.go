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
// node that did has told: in the journal, or in the topic itself where the journal is
// behind or down. It waits until both that can be read are.
func (d *drain) Own(ctx context.Context, partition int32, epoch int64) {
	of := int32(bus.PartitionsOf(epoch))
	var mine []*link.Link
	for _, l := range d.cfg.Links {
		if bus.PartitionIn(l.Name(), of) == partition && len(d.feeds(l)) > 0 {
			mine = append(mine, l)
		}
	}
	if len(mine) == 0 {
		return
	}
	places, ok := d.places(ctx, partition, of, mine)
	if !ok {
		return
	}
	before := d.backlog(ctx)
	var pollers sync.WaitGroup
	for _, l := range mine {
		own := max(epoch, places.epoch[l.Name()]+1)
		for _, f := range d.feeds(l) {
			p := d.newPoller(d.sources[l.Name()], f)
			at := places.at[feedKey{l.Name(), f.name}]
			p.from = &journal.Position{Link: l.Name(), Feed: f.name, At: at.At, Topic: d.cfg.Bus.Inbound().ID, Epoch: own}
			if f.direct {
				behind := *before
				behind.ends, p.behind = maps.Clone(before.ends), &behind
			}
			pollers.Go(func() { p.run(ctx) })
		}
	}
	d.cfg.Log.Info("this node polls", "links", names(mine), "epoch", epoch)
	pollers.Wait()
}

type feedKey struct{ link, feed string }

// found is where the feeds of links were read to, and in which epochs of a topic.
type found struct {
	topic string
	at    map[feedKey]journal.Position
	epoch map[string]int64 // of a link: the highest
}

func (d *drain) nothing() found {
	return found{topic: d.cfg.Bus.Inbound().ID, at: map[feedKey]journal.Position{}, epoch: map[string]int64{}}
}

func (f *found) add(p journal.Position) {
	key := feedKey{p.Link, p.Feed}
	if last, ok := f.at[key]; ok && last.Topic == p.Topic && p.Epoch < last.Epoch {
		return // of a node that polled on after it had lost the partition
	}
	f.at[key] = p
	if p.Topic == f.topic {
		f.epoch[p.Link] = max(f.epoch[p.Link], p.Epoch)
	}
}

// since reports whether a feed was polled since there are so many partitions: where it
// was read to then lies in its own one.
func (f *found) since(key feedKey, of int32) bool {
	p, ok := f.at[key]
	return ok && p.Topic == f.topic && bus.PartitionsOf(p.Epoch) >= int64(of)
}

// places finds where the links' feeds are to be read on; false when ctx has ended.
func (d *drain) places(ctx context.Context, partition, of int32, mine []*link.Link) (found, bool) {
	for n := 0; ; n++ {
		f, err := d.find(ctx, mine, partition)
		if err == nil && d.elsewhere(&f, of, mine) {
			f, err = d.find(ctx, mine, homeLast(partition, of)...)
		}
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

// elsewhere reports whether a feed may have been read to a place that another partition
// tells: that of its link when there were fewer.
func (d *drain) elsewhere(f *found, of int32, mine []*link.Link) bool {
	for _, l := range mine {
		for _, one := range d.feeds(l) {
			if one.kept && !f.since(feedKey{l.Name(), one.name}, of) {
				return true
			}
		}
	}
	return false
}

// homeLast are all partitions, and the links' own the last: where places of one epoch lie
// in two of them, those in it are newer.
func homeLast(own, of int32) (all []int32) {
	for p := range of {
		if p != own {
			all = append(all, p)
		}
	}
	return append(all, own)
}

// find looks for the feeds' places in the journal, and in partitions behind what the
// journal has read of them.
func (d *drain) find(ctx context.Context, mine []*link.Link, partitions ...int32) (found, error) {
	f := d.nothing()
	from := d.journalled(ctx, partitions, mine, &f)
	for i, p := range partitions {
		err := d.cfg.Bus.Scan(ctx, p, from[i], func(m *bus.Message) {
			if m.Get(bus.HeaderType) != bus.TypeCursor {
				return
			}
			if at, err := d.position(m); err == nil {
				f.add(at)
			}
		})
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// journalled adds what the journal knows, and returns from which offsets on the
// partitions know more: from their beginnings where the journal can't be asked.
func (d *drain) journalled(ctx context.Context, partitions []int32, mine []*link.Link, f *found) []int64 {
	from, known := make([]int64, len(partitions)), true
	for i, p := range partitions { // before the places, which may get on meanwhile
		if known {
			from[i], known = d.Place(ctx, p)
		}
	}
	if !known || !d.positions(ctx, mine, f) {
		for i := range from {
			from[i] = -1
		}
	}
	return from
}

// positions adds where the journal has the feeds; false where it can't be asked.
func (d *drain) positions(ctx context.Context, mine []*link.Link, f *found) bool {
	for _, l := range mine {
		for _, feed := range d.feeds(l) {
			asking, cancel := context.WithTimeout(ctx, askTime)
			p, err := d.buffered().Position(asking, l.Name(), feed.name)
			cancel()
			switch {
			case errors.Is(err, journal.ErrNotFound):
			case err != nil:
				return false
			default:
				f.add(p)
			}
		}
	}
	return true
}

func names(links []*link.Link) []string {
	out := make([]string, len(links))
	for i, l := range links {
		out[i] = l.Name()
	}
	return out
}
