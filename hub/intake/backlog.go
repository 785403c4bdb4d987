package intake

import (
	"context"
	"maps"
	"time"
)

// backlog is what lay in the inbound topic when a node began to poll. The states of
// records are read once it is in the journal: a final one would else be taken for the
// answer to what was asked before it, as after a restore of the journal to an earlier
// time. That is waited for backlogTime at most: a partition may be nobody's for long, or
// a transaction open in it.
type backlog struct {
	*drain
	ends  map[int32]int64 // by partition not read yet
	until time.Time
}

const backlogTime = 5 * time.Minute

// backlog finds how far each partition goes now. One that can't be asked is not
// waited for.
func (d *drain) backlog(ctx context.Context) *backlog {
	b := &backlog{drain: d, ends: map[int32]int64{}, until: d.cfg.Now().Add(backlogTime)}
	for p := range d.cfg.Bus.Inbound().Partitions {
		if end, err := d.cfg.Bus.OffsetAt(ctx, p, d.cfg.Now()); err == nil && end > 0 {
			b.ends[p] = end
		}
	}
	return b
}

// read reports whether the journal has it, or it was waited for long enough.
func (b *backlog) read(ctx context.Context) bool {
	if b == nil || b.cfg.Now().After(b.until) {
		return true
	}
	maps.DeleteFunc(b.ends, func(p int32, end int64) bool {
		next, known := b.Place(ctx, p)
		return known && next >= end
	})
	return len(b.ends) == 0
}
