package intake

import (
	"context"
	"time"
)

// outcome is what became of items.
type outcome struct {
	results []kept
	err     error
}

// unsure keeps a submission that its client could not send again as the same, so that
// an error may be told only where it is not kept. Brokers that are silent leave that open
// for minutes. The journal then takes it beside them: it knows it by its reference, and
// what they have of it comes as a duplicate. Where the journal can't be used either it
// waits until one of both is known.
func (in *Intake) unsure(ctx context.Context, items []item) ([]kept, error) {
	sent := make(chan outcome, 1)
	go func() {
		results, err := in.inTopic(ctx, items, nil)
		sent <- outcome{results, err}
	}()
	wait := in.cfg.Bus.Silence()
	for n := 0; ; n++ {
		timer := time.NewTimer(wait)
		select {
		case one := <-sent:
			timer.Stop()
			return one.results, one.err
		case <-timer.C:
		}
		results, err := in.beside(ctx, items[0])
		if err == nil {
			in.cfg.Log.Warn("the brokers are silent about a submission: the journal has it", "ref", refOf(&items[0].entry).ID)
			return results, nil
		}
		wait = again(n)
	}
}

// beside appends an item that is on its way to the topic as well.
func (in *Intake) beside(ctx context.Context, one item) ([]kept, error) {
	ctx, cancel := context.WithTimeout(ctx, pastTime)
	defer cancel()
	a := *one.entry.Appeal // what is on its way stays as it is
	one.entry.Appeal = &a
	return in.append(ctx, []item{one}, nil)
}
