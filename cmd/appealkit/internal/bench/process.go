package bench

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// Process says what a measured process works on.
type Process struct {
	Dir      string
	Listen   string
	Receiver string // address of the receiving system
	Second   string // of another one, for what is on the fast track; none if empty
	Journal  string // sqlite if empty, or an address
	Bus      string // embedded if empty, or an address
	Directum bool   // it is a Directum RX, with its several calls an appeal
}

// sink is the link that appeals go to.
func (p Process) sink() link.Config {
	c := link.Config{Name: "sink", Connector: "sink", Concurrency: 32, Options: sdk.Options{"url": p.Receiver}}
	if p.Directum {
		c.Connector, c.Poll = "directumrx", time.Minute
		c.Options = sdk.Options{"url": p.Receiver + directumPath, "username": "hub", "password": "rx-password", "profile": "ogv"}
	}
	return c
}

// ways are the links and what goes to each.
func (p Process) ways() ([]link.Config, []route.Rule) {
	links, routes := []link.Config{p.sink()}, []route.Rule{{From: link.ReservedName, To: []string{"sink"}}}
	if p.Second == "" {
		return links, routes
	}
	second := p.sink()
	second.Name, second.Options = "second", sdk.Options{"url": p.Second}
	fast := route.Rule{From: link.ReservedName, To: []string{"second"}, When: "appeal.fast_track"}
	return append(links, second), append([]route.Rule{fast}, routes...)
}

// RunHub is a whole hub with one link, to the receiver.
func RunHub(ctx context.Context, p Process) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	links, routes := p.ways()
	cfg := hub.Config{
		Organisations: []hub.Organisation{{Key: "adm", Name: "Administration", TimeZone: "Europe/Moscow"}},
		DataDir:       p.Dir,
		Journal:       cmp.Or(p.Journal, "sqlite"),
		Bus:           cmp.Or(p.Bus, hub.Embedded),
		HTTP:          hub.HTTP{Listen: p.Listen, MaxBody: 10 << 20, MaxFile: 300 << 20},
		Links:         links,
		Routes:        routes,
		Drain:         10 * time.Second,
	}
	hub.TuneMemory(cfg)
	h, err := hub.Open(ctx, cfg, []sdk.Spec{Sink(), directumrx.Spec()}, log, "bench")
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	err = h.Run(ctx)
	if closed := h.Close(); err == nil {
		err = closed
	}
	return err
}
