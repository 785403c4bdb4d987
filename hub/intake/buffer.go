package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
)

// buffer hands items to the inbound topic, and then the position. What the topic
// has taken lately is not sent again: a source serves an item until it is
// acknowledged, which may have to wait for its files. What is larger than the topic
// takes goes past it into the journal; while that can't be used, the results of the
// other items come with the error, and the position is not kept.
func (in *Intake) buffer(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	if len(items) == 1 && items[0].once {
		return in.unsure(ctx, items)
	}
	return in.inTopic(ctx, items, at)
}

func (in *Intake) inTopic(ctx context.Context, items []item, at *journal.Position) ([]kept, error) {
	in.sent.in(in.cfg.Bus.Inbound().ID)
	out, places, err := in.send(ctx, items)
	if err != nil {
		return nil, err
	}
	results := make([]kept, len(items))
	for n, i := range out.which {
		results[i].place = places[n]
		in.sent.add(identity(&items[i].entry))
	}
	if err := in.past(ctx, items, out.large, results); err != nil {
		return results, errors.Join(err, in.settleBuffered(ctx, items, out, results))
	}
	if at != nil {
		failpoint.Hit("bus.before_cursor")
		if _, err := in.publish(ctx, []bus.Message{in.cursorRecord(at)}); err != nil {
			return nil, err
		}
	}
	return results, in.settleBuffered(ctx, items, out, results)
}

// outgoing is which of some items go where.
type outgoing struct {
	messages []bus.Message // for the topic
	which    []int         // whose they are
	large    []int         // more than the topic takes
	again    []bool        // by item: the topic has it
}

// send publishes items. Where the topic takes less than it did, those that are too
// large now are told from the others, which go once more.
func (in *Intake) send(ctx context.Context, items []item) (outgoing, []bus.Place, error) {
	out, err := in.sort(items)
	for err == nil {
		var places []bus.Place
		if places, err = in.publish(ctx, out.messages); err == nil {
			return out, places, nil
		}
		rest, fault := in.sort(items)
		if errors.Is(err, bus.ErrTooLarge) && fault == nil && len(rest.large) > len(out.large) {
			out, err = rest, nil
		}
	}
	return out, nil, err
}

// sort makes messages of items. A submission that is too large stays among them: it
// is its caller's error.
func (in *Intake) sort(items []item) (outgoing, error) {
	out := outgoing{again: make([]bool, len(items))}
	for i := range items {
		if out.again[i] = in.sent.has(identity(&items[i].entry)); out.again[i] {
			continue
		}
		m, err := in.message(&items[i].entry)
		if err != nil {
			return out, err
		}
		if !items[i].entry.Once && !in.cfg.Bus.Fits(&m) {
			out.large = append(out.large, i)
			continue
		}
		m.Once = items[i].once
		if items[i].entry.Once {
			in.lately.put(&m, items[i].entry.Appeal)
		}
		out.messages, out.which = append(out.messages, m), append(out.which, i)
	}
	return out, nil
}

// pastTime bounds the wait for a journal that is to take a large item.
const pastTime = 15 * time.Second

// past appends items that are larger than the topic takes, and fills in their results.
func (in *Intake) past(ctx context.Context, items []item, large []int, results []kept) error {
	ctx, cancel := context.WithTimeout(ctx, pastTime)
	defer cancel()
	for _, i := range large {
		e := &items[i].entry
		in.cfg.Log.Info("larger than the inbound topic takes: it goes straight into the journal", "link", e.Link, "ref", refOf(e).ID)
		some, err := in.append(ctx, items[i:i+1], nil)
		if err != nil {
			return fmt.Errorf("larger than the inbound topic takes: %w", err)
		}
		results[i] = some[0]
	}
	return nil
}

// settleBuffered says what of the items is new, and which may be acknowledged; those
// that went past the topic have their results.
func (in *Intake) settleBuffered(ctx context.Context, items []item, out outgoing, results []kept) error {
	for i := range items {
		if slices.Contains(out.large, i) {
			continue
		}
		r := &results[i]
		r.Outcome = Buffered
		if out.again[i] {
			r.Outcome = journal.Duplicate
		}
		switch {
		case !in.hasFiles(&items[i].entry):
			r.ready = true
		case out.again[i] && items[i].ack != "":
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
