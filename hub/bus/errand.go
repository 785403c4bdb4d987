package bus

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errand is a single message on its way, with what its sender waits by. Those that have
// come to their end are used again.
type errand struct {
	message Message
	at      Place
	done    chan error
	timer   *time.Timer
}

var errands = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &errand{done: make(chan error, 1), timer: timer}
}}

// one publishes a message of a caller that was counted in. It waits no longer than
// Publish says.
func (k *Kafka) one(ctx context.Context, topic string, m Message) ([]Place, error) {
	e, inbound := errands.Get().(*errand), topic == k.inbound.Name
	e.message, e.at = m, Place{}
	go k.run(ctx, topic, e)
	if inbound {
		e.timer.Reset(k.cfg.Patience)
	}
	for late := false; ; late = true {
		select {
		case err := <-e.done:
			places := []Place{e.at}
			e.timer.Stop()
			e.message = Message{}
			errands.Put(e)
			return places, err
		case <-e.timer.C:
			if late {
				return nil, errors.Join(ErrUnavailable, errSilent)
			}
			k.late(&e.message)
			if !e.message.Once {
				e.timer.Reset(trialTime)
			}
		case <-ctx.Done():
			if inbound && !late {
				go k.left(e)
			}
			return nil, errors.Join(ErrUnavailable, context.Cause(ctx))
		}
	}
}

// run sends the message.
func (k *Kafka) run(ctx context.Context, topic string, e *errand) {
	defer k.publishing.Done()
	e.done <- k.send(ctx, topic, &e.message, &e.at)
}

// left waits in the place of a sender that has gone: also a message of which nobody
// waits to hear tells of brokers that are silent.
func (k *Kafka) left(e *errand) {
	defer e.timer.Stop()
	select {
	case <-e.done:
	case <-e.timer.C:
		k.late(&e.message)
	}
}
