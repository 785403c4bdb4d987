package postgres

import (
	"sync"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// fresh keeps the contents of the appeals that this node recorded last, so that what
// is delivered at once is neither read nor decoded again. They are those of events,
// which never change.
type fresh struct {
	mu     sync.Mutex
	events map[int64]*content // by seq
	order  [512]int64         // in which they were put, the oldest at next
	next   int
}

// content is what an event of an appeal has.
type content struct {
	event  *journal.Event // without its body
	appeal *sdk.Appeal
}

// freshLimit is the size of a body, in bytes, above which a content is not kept.
const freshLimit = 16 << 10

// keep notes a content to be put once the transaction is committed.
func (t *tx) keep(e *journal.Event, a *sdk.Appeal, b body) {
	if len(b.packed) > freshLimit {
		return
	}
	bare := *a
	bare.ID, bare.Revision, bare.AckID = "", 0, ""
	t.fresh = append(t.fresh, content{e, &bare})
}

func (f *fresh) put(all []content) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range all {
		seq := all[i].event.Seq
		delete(f.events, f.order[f.next])
		f.events[seq], f.order[f.next] = &all[i], seq
		f.next = (f.next + 1) % len(f.order)
	}
}

// of returns what is kept for the deliveries of appeals, by their ids. The places of
// events are given anew where the database was restored to an earlier time: a
// content is its appeal's alone.
func (f *fresh) of(all []*delivery) map[int64]*content {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[int64]*content{}
	for _, d := range all {
		if c := f.events[d.Event]; c != nil && c.event.Stream == d.Appeal && d.Verb == journal.VerbAppeal {
			out[d.ID] = c
		}
	}
	return out
}
