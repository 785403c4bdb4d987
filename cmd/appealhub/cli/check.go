package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub"
)

// checkTime bounds a check: a firewall may let calls hang.
const checkTime = 30 * time.Second

func (a *app) check() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "check",
		Short: "Check the configuration, the schemas, the data folder and every link's system",
		Long:  "Check the configuration, the schemas, the data folder, the journal and every link's system,\nwith a remedy for each failure, and warn of connections to other machines that nothing protects. Exit code 3: invalid; 5: only links or the database can't be reached.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			findings := a.findings(c.Context())
			if err := a.tell(findings); err != nil {
				return err
			}
			return verdict(findings)
		},
	})
}

func (a *app) findings(ctx context.Context) []hub.Finding {
	cfg, err := hub.LoadValid(a.config, a.env, a.specs)
	var invalid *hub.ConfigError
	if errors.As(err, &invalid) {
		var out []hub.Finding
		for _, f := range invalid.Faults {
			out = append(out, hub.Finding{Kind: hub.FindingInvalid, Path: f.Path, What: strings.TrimPrefix(f.Place+": "+f.What, ": "), Remedy: f.Cure})
		}
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	ok := hub.Finding{Kind: hub.FindingOK, Path: "config", What: a.config + " is valid"}
	return append([]hub.Finding{ok}, hub.Check(ctx, cfg, a.specs, slog.New(slog.DiscardHandler))...)
}

func (a *app) tell(findings []hub.Finding) error {
	if a.output == asMap {
		return a.json(map[string]any{"findings": findings})
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Kind, shown(f.Path), printable(f.What))
		if f.Why != "" && f.Kind != hub.FindingOK {
			fmt.Fprintf(w, "\t\t  why: %s\n", printable(f.Why))
		}
		if f.Remedy != "" {
			fmt.Fprintf(w, "\t\t  remedy: %s\n", printable(f.Remedy))
		}
	}
	return w.Flush()
}

// verdict is the exit that findings lead to.
func verdict(findings []hub.Finding) error {
	code := exitOK
	for _, f := range findings {
		switch {
		case f.Kind == hub.FindingInvalid:
			return &exit{code: exitInvalid}
		case f.Kind == hub.FindingUnreachable:
			code = exitUnavailable
		}
	}
	if code == exitOK {
		return nil
	}
	return &exit{code: code}
}
