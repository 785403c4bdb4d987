package cli

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) links() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "link", Short: "Look at links, pause and resume them, ask their systems"})
	c.AddCommand(a.linkList(),
		a.decide("pause NAME", "Call the link's system no more until it is resumed", "/links/", "/pause"),
		a.act("resume NAME", "End a pause", "/links/", "/resume", &decision{}),
		a.linkCheck(), a.linkHistory())
	return c
}

func (a *app) linkList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List links and how they are",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.list(c.Context(), "/links", url.Values{}, []column{
				{"NAME", "name"}, {"CONNECTOR", "connector"}, {"STATE", "state"}, {"SINCE", "down_since"}, {"OPEN", "open"}, {"DEAD", "dead"},
				{"OLDEST", "oldest_at"}, {"KIND", "last_kind"}, {"ERROR", "last_error"},
			})
		},
	}
}

func (a *app) linkHistory() *cobra.Command {
	var p pages
	return p.flags(&cobra.Command{
		Use:   "history NAME",
		Short: "Show what happened to a link itself, newest first: pauses, what could not be read, what operators decided",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.trail(c.Context(), "/links/"+url.PathEscape(args[0])+"/history", p.query())
		},
	})
}

// trail prints a page of events, a sentence each.
func (a *app) trail(ctx context.Context, path string, query url.Values) error {
	var out document
	if err := a.call(ctx, request{method: http.MethodGet, path: path, query: query}, &out); err != nil {
		return err
	}
	if a.output == asMap {
		return a.json(out)
	}
	for _, e := range out.list("items") {
		if err := a.line("%3s  %s  %s", e.text("sequence"), e.moment("at", time.UTC), printable(sentence(e, nil))); err != nil {
			return err
		}
	}
	a.more(out)
	return nil
}

func (a *app) linkCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check NAME",
		Short: "Ask the link's system now; exit code 5 where it does not answer",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var out document
			if err := a.post(c.Context(), "/links/"+url.PathEscape(args[0])+"/check", decision{}, &out); err != nil {
				return err
			}
			return a.tellCheck(args[0], out)
		},
	}
}

// tellCheck tells what the system answered. A connector that can't ask is no
// fault of the system's.
func (a *app) tellCheck(name string, out document) error {
	ok, _ := out.at("ok").(bool)
	kind := out.text("last_kind")
	var err error
	switch {
	case a.output == asMap:
		err = a.json(out)
	case ok:
		err = a.line("%s answers; the link is %s", name, out.text("state"))
	case kind == "unsupported":
		err = a.line("%s can't be asked by its connector; the link is %s", name, out.text("state"))
	default:
		err = a.line("%s does not answer as it should (%s): %s", name, kind, printable(out.text("last_error")))
	}
	if err == nil && !ok && kind != "unsupported" {
		return &exit{code: exitUnavailable}
	}
	return err
}
