package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub/journal"
)

func (a *app) logs() *cobra.Command {
	c := &cobra.Command{Use: "log", Short: "Look after the log of events"}
	c.AddCommand(a.logVerify())
	return c
}

func (a *app) logVerify() *cobra.Command {
	return a.configFlag(&cobra.Command{
		Use:   "verify [JOURNAL]",
		Short: "Verify every chain of the log, beside a running hub or without one",
		Long: "Verify every chain of the log in JOURNAL, a file or a postgres:// address, or in the journal that the configuration names,\n" +
			"beside a running hub or without one. Each fault names the record that was changed, removed or moved; exit code 1.\n" +
			"Records removed from a chain's end can't be seen this way.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.journalStore(args)
			if err != nil {
				return err
			}
			v, err := verify(c.Context(), s)
			if err != nil {
				return err
			}
			return a.tellVerification(s.place, v)
		},
	})
}

// verification is what became of a walk through the log.
type verification struct {
	Records int64           `json:"records"`
	Streams int64           `json:"streams"`
	Faults  []journal.Fault `json:"faults"`
}

func verify(ctx context.Context, s store) (verification, error) {
	out := verification{Faults: []journal.Fault{}}
	j, err := s.read(ctx, journal.PlainCodec{})
	if err != nil {
		return out, s.unread(err)
	}
	defer j.Close()
	var chain journal.Verifier
	stream := ""
	err = j.Scan(ctx, func(e *journal.Event, digest []byte) error {
		if out.Records == 0 || e.Stream != stream {
			stream = e.Stream
			out.Streams++
		}
		out.Records++
		out.Faults = append(out.Faults, chain.Check(e, digest)...)
		return nil
	})
	if err != nil {
		return out, s.unread(err)
	}
	return out, nil
}

func (a *app) tellVerification(path string, v verification) error {
	if a.output == asMap {
		if err := a.json(v); err != nil {
			return err
		}
	} else {
		for _, f := range v.Faults {
			if err := a.line("fault: %s", printable(f.Error())); err != nil {
				return err
			}
		}
		if err := a.line("%s: %d records in %d streams, %d faults", path, v.Records, v.Streams, len(v.Faults)); err != nil {
			return err
		}
	}
	if len(v.Faults) > 0 {
		return &exit{code: exitFailed}
	}
	return nil
}
