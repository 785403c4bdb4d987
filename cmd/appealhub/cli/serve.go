package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub"
)

func (a *app) serve() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "serve",
		Short: "Run the hub until SIGTERM or SIGINT",
		Long: "Run the hub until SIGTERM or SIGINT: then what is under way has the time that the setting drain\n" +
			"gives, and the exit code is 0. A second signal ends the hub at once; nothing that was accepted is lost.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			cfg, err := hub.LoadValid(a.config, a.env, a.specs)
			if err != nil {
				return err
			}
			log := newLog(cfg.Log, a.errors)
			h, err := hub.Open(c.Context(), cfg, a.specs, log, a.release)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, h.Close()) }()
			for _, l := range cfg.Links {
				log.Info("link", "link", l.Name, "connector", l.Connector)
			}
			log.Info("the hub listens", "url", "http://"+h.Addr())
			drain := cfg.Drain // of the rest nothing is kept
			hub.TuneMemory(cfg)
			defer context.AfterFunc(c.Context(), func() {
				log.Info("the hub ends: what is under way has the drain time; a second signal ends it at once", "drain", drain)
			})()
			err = h.Run(c.Context())
			log.Info("the hub has ended")
			return err
		},
	})
}

// newLog makes the log that the configuration asks for.
func newLog(cfg hub.Log, to io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
