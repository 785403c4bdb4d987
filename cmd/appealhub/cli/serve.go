package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub"
)

func (a *app) serve() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "serve",
		Short: "Run the hub until SIGTERM or SIGINT",
		Long: "Run the hub until SIGTERM or SIGINT: then what is under way has the time that the setting drain\n" +
			"gives, and the exit code is 0; 1 where a connector's call does not end some seconds later either. A second signal ends the hub at once; nothing that was accepted is lost.\n" +
			"SIGHUP changes nothing: the configuration is read at the start, and the log goes to standard error.\n" +
			"Under systemd (Type=notify) it says when it is ready: once the journal is open and it listens.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			cfg, err := hub.LoadValid(a.config, a.env, a.specs)
			if err != nil {
				return err
			}
			hub.TuneMemory(cfg)
			log := newLog(cfg.Log, a.errors)
			defer outliveHangups(c.Context(), log)()
			h, err := hub.Open(c.Context(), cfg, a.specs, log, a.release)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, h.Close()) }()
			for _, l := range cfg.Links {
				log.Info("link", "link", l.Name, "connector", l.Connector)
			}
			log.Info("the hub listens", "url", h.URL())
			drain := cfg.Drain // of the rest nothing is kept
			defer context.AfterFunc(c.Context(), func() {
				log.Info("the hub ends: what is under way has the drain time; a second signal ends it at once", "drain", drain)
				a.notify(stateStopping, log)
			})()
			a.notify(stateReady, log)
			err = h.Run(c.Context())
			log.Info("the hub has ended")
			return err
		},
	})
}

// outliveHangups keeps SIGHUP, which log rotation and a terminal's end send, from ending
// the process until the function that it returns is called.
func outliveHangups(ctx context.Context, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // what is under way is not to be cut off either
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGHUP)
	go func() {
		defer signal.Stop(got)
		for {
			select {
			case <-ctx.Done():
				return
			case <-got:
				log.Info("SIGHUP changes nothing: a changed configuration needs a restart")
			}
		}
	}()
	return cancel
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
