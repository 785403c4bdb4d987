package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// replay is what the hub is asked to replay.
type replay struct {
	Filter map[string]string `json:"filter"`
	From   string            `json:"from,omitempty"`
	DryRun bool              `json:"dry_run"`
	Why    string            `json:"why,omitempty"`
	Max    int               `json:"max,omitempty"`
}

// which are the flags by which dead letters are named.
type which struct {
	link, kind, appeal      string
	filter                  map[string]string
	all, rejected, unrouted bool
	parked                  []int64
}

func (a *app) replay() *cobra.Command {
	var r replay
	var w which
	c := &cobra.Command{
		Use:   "replay",
		Short: "Make dead letters due again",
		Long: `Make dead letters due again, those that the flags name. --dry-run only tells which.
With --from topic they are looked up in the dead letters' topic; the journal's rows are the truth
still, and a letter that it has settled since is told of and left alone. --rejected and --parked
read rejected messages of the inbound topic, and items of a portal's list that could not be read,
once more, as a mended configuration or a newer hub takes them; --unrouted and --parked route the
appeals anew that found no route, or whose addressee was nobody's.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if w.rejected || w.unrouted || len(w.parked) > 0 {
				return a.replayParked(c, &r, &w)
			}
			filter, err := w.filters()
			if err != nil {
				return err
			}
			if r.From != "journal" && r.From != "topic" {
				return usagef("--from is neither journal nor topic")
			}
			r.Filter = filter
			var out document
			if err := a.post(c.Context(), "/dead-letters/replay", r, &out); err != nil {
				return err
			}
			return a.tellReplay(out, r.DryRun, "replayed", "deliveries", "parked")
		},
	}
	f := c.Flags()
	w.flags(f)
	f.BoolVar(&w.all, "all", false, "every dead letter")
	f.StringVar(&r.From, "from", "journal", "look them up in the journal or in the dead letters' topic: journal, topic")
	f.BoolVar(&w.rejected, "rejected", false, "rejected messages of the inbound topic and items of a portal's list, of --link or all")
	f.BoolVar(&w.unrouted, "unrouted", false, "appeals without a route or an organisation, of --link or all")
	f.Int64SliceVar(&w.parked, "parked", nil, "rejected messages and items, and unrouted appeals, by their ids in dlq parked")
	f.BoolVar(&r.DryRun, "dry-run", false, "only tell which")
	f.StringVar(&r.Why, "reason", "", "why, kept on record")
	f.StringVar(&r.Why, "why", "", "the same as --reason")
	f.IntVar(&r.Max, "max", 0, "at most so many; 0: the hub's own bound")
	return c
}

func (w *which) flags(f *pflag.FlagSet) {
	f.StringVar(&w.link, "link", "", "only this link's")
	f.StringVar(&w.kind, "kind", "", "only those of this kind of failure")
	f.StringVar(&w.appeal, "appeal", "", "only this appeal's")
	f.StringToStringVar(&w.filter, "filter", nil, "the same in one: link=rx,kind=rejected")
}

// filters are the flags in one.
func (w *which) filters() (map[string]string, error) {
	out := given(map[string]string{"link": w.link, "kind": w.kind, "appeal": w.appeal})
	for name, v := range w.filter {
		if name != "link" && name != "kind" && name != "appeal" || out[name] != "" || v == "" {
			return nil, usagef("--filter %s=%s: name each of link, kind and appeal once, with a value", name, v)
		}
		out[name] = v
	}
	if len(out) == 0 && !w.all {
		return nil, usagef("name which with --link, --kind, --appeal or --filter, or say --all")
	}
	return out, nil
}

// parkedDecision is what the hub is asked to do with parked things.
type parkedDecision struct {
	IDs    []int64           `json:"ids,omitempty"`
	Filter map[string]string `json:"filter,omitempty"`
	DryRun bool              `json:"dry_run"`
	Why    string            `json:"why,omitempty"`
	Max    int               `json:"max,omitempty"`
}

// replayParked reads rejected messages once more, and routes appeals anew.
func (a *app) replayParked(c *cobra.Command, r *replay, w *which) error {
	filters, err := w.parkedFilters()
	if err != nil {
		return err
	}
	d := parkedDecision{IDs: w.parked, DryRun: r.DryRun, Why: r.Why, Max: r.Max}
	out := document{"parked": []any{}, "refused": []any{}, "dry_run": r.DryRun}
	for _, d.Filter = range filters {
		var got document
		if err := a.post(c.Context(), "/parked/replay", d, &got); err != nil {
			return err
		}
		seen := 0
		for _, name := range []string{"parked", "refused"} {
			some, _ := got.at(name).([]any)
			out[name] = append(out[name].([]any), some...)
			seen += len(some)
		}
		if r.Max == 0 { // the hub's own bound, for each
			continue
		}
		if d.Max -= seen; d.Max <= 0 {
			break
		}
	}
	return a.tellReplay(out, r.DryRun, "replayed", "parked")
}

// parkedFilters are the filters that the flags name parked things by, one for each
// reason; one that is empty where they are named by their ids.
func (w *which) parkedFilters() ([]map[string]string, error) {
	link := w.link
	if v := w.filter["link"]; v != "" {
		link = v
	}
	named := 0
	for _, given := range []bool{w.rejected, w.unrouted, len(w.parked) > 0} {
		if given {
			named++
		}
	}
	switch {
	case w.kind != "" || w.appeal != "" || len(w.filter) > 1 || len(w.filter) == 1 && link == "":
		return nil, usagef("parked things are named by --link, or by --parked")
	case len(w.parked) > 0 && link != "":
		return nil, usagef("parked things are named by --link, or by --parked: not by both")
	case named > 1:
		return nil, usagef("name parked things by one of --rejected, --unrouted and --parked")
	}
	var out []map[string]string
	for _, reason := range w.reasons() {
		out = append(out, given(map[string]string{"link": link, "reason": reason}))
	}
	return out, nil
}

// reasons are those for which the things are parked that the flags name; one that is
// empty where they are named by their ids.
func (w *which) reasons() []string {
	switch {
	case w.rejected:
		return []string{"unparsable"}
	case w.unrouted:
		return []string{"no_route", "no_organisation"}
	}
	return []string{""}
}

func (a *app) dismiss() *cobra.Command {
	var d parkedDecision
	c := &cobra.Command{
		Use:   "dismiss PARKED...",
		Short: "Take parked things off the list",
		Long: `Take parked things off the list, by their ids in dlq parked, once they are looked after. The journal
keeps them, and who dismissed them and why. A status of a record that nobody knows leaves the list by
itself once the record is known; dismissed before, it is not told then. An appeal leaves the list by
finding its way: see dlq replay --unrouted.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, text := range args {
				id, err := strconv.ParseInt(text, 10, 64)
				if err != nil || id < 1 {
					return usagef("%s is no id of a parked thing: dlq parked lists them", text)
				}
				d.IDs = append(d.IDs, id)
			}
			var out document
			if err := a.post(c.Context(), "/parked/dismiss", d, &out); err != nil {
				return err
			}
			return a.tellReplay(out, d.DryRun, "dismissed", "parked")
		},
	}
	c.Flags().BoolVar(&d.DryRun, "dry-run", false, "only tell which")
	c.Flags().StringVar(&d.Why, "reason", "", "why, kept on record")
	c.Flags().StringVar(&d.Why, "why", "", "the same as --reason")
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

// tellReplay says what was touched, and what refused: that is a failure.
func (a *app) tellReplay(out document, dry bool, done string, lists ...string) error {
	refused := out.list("refused")
	if a.output == asMap {
		if err := a.json(out); err != nil {
			return err
		}
		return stays(refused)
	}
	var ids []string
	for _, name := range lists {
		all, _ := out.at(name).([]any)
		for _, id := range all {
			if name == "parked" && len(lists) > 1 {
				ids = append(ids, "parked "+text(id))
				continue
			}
			ids = append(ids, text(id))
		}
	}
	if dry {
		done = "would be " + done
	}
	if err := a.line("%d %s", len(ids), done); err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.line("%s", id); err != nil {
			return err
		}
	}
	for _, r := range refused {
		if err := a.line("%s%s: %s", r.text("parked"), r.text("place"), r.text("why")); err != nil {
			return err
		}
	}
	return stays(refused)
}

// stays is the failure of a command with some of whose things nothing was done.
func stays(refused []document) error {
	if len(refused) == 0 {
		return nil
	}
	return &exit{exitFailed, fmt.Errorf("%d left as they are", len(refused))}
}
