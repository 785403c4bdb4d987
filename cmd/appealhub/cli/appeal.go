package cli

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) appeals() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "appeal", Short: "Submit appeals and look at them"})
	c.AddCommand(a.appealSubmit(), a.appealGet(), a.appealList(), a.appealHistory())
	return c
}

func (a *app) appealList() *cobra.Command {
	return a.listed(&cobra.Command{Use: "list", Short: "List appeals, newest first"}, "/appeals", []column{
		{"ID", "id"}, {"RECEIVED", "received_at"}, {"STATUS", "status"}, {"DUE", "due"}, {"PROVISIONAL", "provisional"}, {"LINK", "ref.link"}, {"REF", "ref.id"},
		{"ORGANISATION", "organisation"}, {"PARKED", "parked"},
	}, filter{"status", "only this canonical status"}, filter{"link", "only those from or to this link"},
		filter{"organisation", "only this organisation's, by key"}, filter{"parked", "true: only those that found no way"})
}

func (a *app) appealGet() *cobra.Command {
	return &cobra.Command{
		Use:   "get ID",
		Short: "Show an appeal: its state, content, references, deliveries and terms",
		Long:  "Show an appeal by the hub's id, or by LINK/ID as another system knows it.\nWith --output json it holds the content, which is personal data.",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			appeal, err := a.appeal(c.Context(), args[0])
			if err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(appeal)
			}
			return a.showAppeal(appeal)
		},
	}
}

// appeal reads an appeal by the hub's id, or by LINK/ID.
func (a *app) appeal(ctx context.Context, id string) (document, error) {
	path := "/appeals/" + url.PathEscape(id)
	if link, ref, ok := strings.Cut(id, "/"); ok {
		path = "/appeals/by-ref/" + url.PathEscape(link) + "/" + url.PathEscape(ref)
	}
	var out document
	err := a.call(ctx, request{method: http.MethodGet, path: path}, &out)
	return out, err
}

// appealID is the id of the appeal that an id, or a reference LINK/REF, names.
func (a *app) appealID(ctx context.Context, name string) (string, error) {
	if !strings.Contains(name, "/") {
		return name, nil
	}
	out, err := a.appeal(ctx, name)
	return out.text("id"), err
}
