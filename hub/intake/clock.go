package intake

import (
	"context"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
)

// tickTime is the time between two looks at what time has done to the terms of
// appeals.
const tickTime = time.Minute

// Clock raises the deadlines' events until ctx ends: what is due to be told of
// terms is told within a minute, once, however many nodes there are. What fell
// due while no hub ran is told when one does.
func (in *Intake) Clock(ctx context.Context) error {
	deaf := false
	for {
		more, err := in.Tick(ctx)
		if err != nil && ctx.Err() == nil && !deaf {
			in.cfg.Log.Warn("what is due of terms can't be told for now", "error", err)
		}
		deaf = err != nil
		if more {
			continue
		}
		if !sleep(ctx, tickTime) {
			return nil
		}
	}
}

// wakeBatch bounds the appeals of one look.
const wakeBatch = 500

// Tick tells what is due of terms now, in part, and reports whether there may be more.
func (in *Intake) Tick(ctx context.Context) (more bool, err error) {
	ids, at, err := in.cfg.Journal.Waking(ctx, in.now(), wakeBatch)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	told := false
	for len(ids) > 0 {
		n := min(len(ids), batchSize)
		batch := journal.Batch{}
		for _, id := range ids[:n] {
			batch.Entries = append(batch.Entries, journal.Entry{At: at, Link: link.ReservedName, Clock: &journal.Clock{Appeal: id}})
		}
		results, err := in.cfg.Journal.Append(ctx, batch)
		if err != nil {
			return false, err
		}
		for i := range results {
			told = told || results[i].Outcome != journal.Duplicate
		}
		ids = ids[n:]
	}
	return told, nil
}
