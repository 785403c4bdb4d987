package hub

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
)

// Embedded is the bus without servers: what comes in goes straight to the
// journal.
const Embedded = "embedded"

// errNoBus says that the journal can have no topic before it.
var errNoBus = errors.New("bus: this journal can have no Kafka before it; write journal: postgres://user:${PASSWORD}@host:5432/database")

// openBus connects to Kafka, where configuration names it.
func (h *Hub) openBus(ctx context.Context, cfg Config, metrics prometheus.Registerer) error {
	if cfg.Bus == Embedded {
		return nil
	}
	outbox, buffered := h.journal.(journal.Outbox)
	leases, shared := h.journal.(journal.Leaser)
	if !buffered || !shared {
		return errNoBus
	}
	address, err := bus.ParseAddress(cfg.Bus)
	if err != nil {
		return err
	}
	address.Log = h.log
	if h.bus, err = bus.Open(ctx, address, metrics); err != nil {
		return err
	}
	h.feed = &bus.Feed{Kafka: h.bus, Outbox: outbox, Leases: leases, Wake: h.events, Log: h.log}
	return nil
}

// recorded tells the feed of new events.
func (h *Hub) recorded() {
	select {
	case h.events <- struct{}{}:
	default:
	}
}
