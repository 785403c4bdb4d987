package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/appealhub/appealhub/hub/bus"
)

// routed has a watermill Router as its manual has it take what lies in the inbound
// topic to the receiver, one POST a message, and returns messages a second. It
// journals nothing, and checks nothing.
func (s *servers) routed(ctx context.Context, p place, all int) (rate float64, err error) {
	cfg, err := bus.ParseAddress(p.bus)
	if err != nil {
		return 0, err
	}
	from, err := bus.NewSubscriber(cfg, p.name+"-router")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	r, err := message.NewRouter(message.RouterConfig{}, watermill.NopLogger{})
	if err != nil {
		return 0, err
	}
	r.AddConsumerHandler("post", cfg.Inbound(), from, func(m *message.Message) error {
		return post(m.Context(), http.DefaultClient, s.receiver.address+"/appeals", m.UUID, m.Payload)
	})
	s.receiver.reset(false)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	defer func() { err = errors.Join(err, r.Close(), <-ended) }()
	return s.received(ctx, all)
}

// received waits until the receiver has all, and returns how many came a second.
func (s *servers) received(ctx context.Context, all int) (float64, error) {
	return progress(ctx, all, func() (int, error) {
		came, again, short, _ := s.receiver.count()
		if again+short > 0 {
			return came, fmt.Errorf("%d appeals were delivered twice, %d cut short", again, short)
		}
		return came, nil
	})
}
