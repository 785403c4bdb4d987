package intake

import (
	"context"
	"fmt"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// buffer hands items to the inbound topic, and then the position. What the topic
// has taken lately is not sent again: a source serves an item until it is
// acknowledged, which may have to wait for its files.
func (in *Intake) buffer(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	var messages []bus.Message
	var which []int
	again := make([]bool, len(items))
	for i := range items {
		if again[i] = in.sent.has(identity(&items[i].entry)); again[i] {
			continue
		}
		m, err := in.message(&items[i].entry)
		if err != nil {
			return nil, err
		}
		m.Once = items[i].once
		messages, which = append(messages, m), append(which, i)
	}
	places, err := in.publish(ctx, messages)
	if err != nil {
		return nil, err
	}
	results := make([]kept, len(items))
	for n, i := range which {
		results[i].place = places[n]
		in.sent.add(identity(&items[i].entry))
	}
	if at != nil {
		failpoint.Hit("bus.before_cursor")
		if _, err := in.publish(ctx, []bus.Message{in.cursorRecord(at)}); err != nil {
			return nil, err
		}
	}
	return results, in.settleBuffered(ctx, items, again, results)
}

// settleBuffered says what of the items is new, and which may be acknowledged.
func (in *Intake) settleBuffered(ctx context.Context, items []item, again []bool, results []kept) error {
	for i := range items {
		r := &results[i]
		r.Outcome = Buffered
		if again[i] {
			r.Outcome = journal.Duplicate
		}
		switch {
		case !in.hasFiles(&items[i].entry):
			r.ready = true
		case again[i] && items[i].ack != "":
			var err error
			if r.ready, err = in.filesSettled(ctx, &items[i].entry); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *Intake) publish(ctx context.Context, all []bus.Message) ([]bus.Place, error) {
	if len(all) == 0 {
		return nil, nil
	}
	inbound, _, _ := in.cfg.Bus.Topics()
	places, err := in.cfg.Bus.Publish(ctx, inbound, all...)
	if err != nil {
		return nil, fmt.Errorf("buffer: %w", err)
	}
	failpoint.Hit("bus.published")
	return places, nil
}
