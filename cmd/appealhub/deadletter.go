package main

import (
	"github.com/spf13/cobra"
)

func (a *app) deadLetters() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "dlq", Short: "Look at dead letters and replay them"})
	list := a.listed(&cobra.Command{Use: "list", Short: "List dead letters, oldest first"}, "/dead-letters", deliveryColumns(),
		filter{"link", "only this link's"}, filter{"kind", "only those of this kind of failure"}, filter{"appeal", "only this appeal's"})
	c.AddCommand(list, a.replay(), a.parked())
	return c
}

// parked lists what is held for other reasons than a delivery's failure.
func (a *app) parked() *cobra.Command {
	return a.listed(&cobra.Command{
		Use:   "parked",
		Short: "List what waits for knowledge or for an operator, oldest first",
		Long: `List what waits for knowledge or for an operator, oldest first: items that can't be read (their
bytes are kept: --output json shows them), statuses without a mapping (their own code is shown) or for unknown
records, illegal moves,
appeals without a route or an organisation.`,
	}, "/parked", []column{
		{"ID", "id"}, {"AT", "at"}, {"LINK", "link"}, {"REF", "ref_id"}, {"REASON", "reason"}, {"APPEAL", "appeal"}, {"CODE", "data.external.code"}, {"WHY", "data.reason"},
	}, filter{"link", "only this link's"}, filter{"reason", "only for this reason: unparsable, unmapped_status, unknown_ref, illegal_move, no_route, no_organisation, conflict"})
}

// replay is what the hub is asked to replay.
type replay struct {
	Filter map[string]string `json:"filter"`
	DryRun bool              `json:"dry_run"`
	Why    string            `json:"why,omitempty"`
	Max    int               `json:"max,omitempty"`
}

func (a *app) replay() *cobra.Command {
	var r replay
	var link, kind, appeal string
	var filter map[string]string
	var all bool
	c := &cobra.Command{
		Use:   "replay",
		Short: "Make dead letters due again",
		Long:  "Make dead letters due again, those that the flags name. --dry-run only tells which.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			r.Filter = given(map[string]string{"link": link, "kind": kind, "appeal": appeal})
			for name, v := range filter {
				if name != "link" && name != "kind" && name != "appeal" || r.Filter[name] != "" || v == "" {
					return usagef("--filter %s=%s: name each of link, kind and appeal once, with a value", name, v)
				}
				r.Filter[name] = v
			}
			if len(r.Filter) == 0 && !all {
				return usagef("name which with --link, --kind, --appeal or --filter, or say --all")
			}
			var out document
			if err := a.post(c.Context(), "/dead-letters/replay", r, &out); err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(out)
			}
			return a.tellReplay(out, r.DryRun)
		},
	}
	f := c.Flags()
	f.StringVar(&link, "link", "", "only this link's")
	f.StringVar(&kind, "kind", "", "only those of this kind of failure")
	f.StringVar(&appeal, "appeal", "", "only this appeal's")
	f.StringToStringVar(&filter, "filter", nil, "the same in one: link=rx,kind=rejected")
	f.BoolVar(&all, "all", false, "every dead letter")
	f.BoolVar(&r.DryRun, "dry-run", false, "only tell which")
	f.StringVar(&r.Why, "reason", "", "why, kept on record")
	f.StringVar(&r.Why, "why", "", "the same as --reason")
	f.IntVar(&r.Max, "max", 0, "at most so many; 0: the hub's own bound")
	return c
}

// given leaves out what is empty.
func given(m map[string]string) map[string]string {
	out := map[string]string{}
	for name, v := range m {
		if v != "" {
			out[name] = v
		}
	}
	return out
}

func (a *app) tellReplay(out document, dry bool) error {
	ids, _ := out.at("deliveries").([]any)
	verb := "replayed"
	if dry {
		verb = "would be replayed"
	}
	if err := a.line("%d %s", len(ids), verb); err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.line("%s", text(id)); err != nil {
			return err
		}
	}
	return nil
}
