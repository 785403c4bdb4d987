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

// OnKafka reports whether a bus's address is one of Kafka brokers.
func OnKafka(address string) bool { return address != "" && address != Embedded }

// errNoBus says that the journal can have no topic before it.
var errNoBus = errors.New("bus: this journal can have no Kafka before it; write journal: postgres://user:${PASSWORD}@host:5432/database")

// openBus connects to Kafka, where configuration names it. That changes nothing in the
// journal: topics that are at fault refuse a start before it does.
func (h *Hub) openBus(ctx context.Context, cfg Config, metrics prometheus.Registerer) error {
	if !OnKafka(cfg.Bus) {
		return nil
	}
	address, err := bus.ParseAddress(cfg.Bus)
	if err != nil {
		return err
	}
	address.Log = h.log
	h.bus, err = bus.Open(ctx, address, metrics)
	return err
}

// openFeed has the journal's events published, where there is a bus.
func (h *Hub) openFeed(node string) error {
	if h.bus == nil {
		return nil
	}
	outbox, buffered := h.journal.(journal.Outbox)
	leases, shared := h.journal.(journal.Leaser)
	nodes, known := h.journal.(journal.Registry)
	if !buffered || !shared || !known {
		return errNoBus
	}
	h.feed = &bus.Feed{Kafka: h.bus, Outbox: outbox, Leases: leases, Nodes: nodes, Node: node, Wake: h.events, Log: h.log}
	return nil
}

// recorded tells the feed of new events.
func (h *Hub) recorded() {
	select {
	case h.events <- struct{}{}:
	default:
	}
}

// checkBus finds out whether a hub could work with the brokers.
func checkBus(ctx context.Context, address string) []Finding {
	cfg, err := bus.ParseAddress(address)
	if err != nil {
		return []Finding{{Kind: FindingInvalid, Path: "bus", What: err.Error()}}
	}
	var out []Finding
	sound := true
	for _, f := range bus.Check(ctx, cfg) {
		one := Finding{Kind: FindingInvalid, Path: "bus", What: f.What, Remedy: f.Remedy}
		if f.Topic != "" {
			one.What = f.Topic + " " + f.What
		}
		if f.Err != nil {
			one.Why = f.Err.Error()
		}
		switch {
		case f.Warning:
			one.Kind = FindingWarning
		case f.Unreachable:
			one.Kind = FindingUnreachable
		}
		sound = sound && f.Warning
		out = append(out, one)
	}
	if sound {
		out = append(out, Finding{Kind: FindingOK, Path: "bus", What: "the brokers answer; topics that are missing are made at the start"})
	}
	return out
}
