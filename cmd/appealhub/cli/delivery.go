package cli

import (
	"net/url"

	"github.com/spf13/cobra"
)

func (a *app) deliveries() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "delivery", Short: "Look at deliveries, retry them, give them up"})
	list := a.listed(&cobra.Command{Use: "list", Short: "List deliveries, oldest first"}, "/deliveries", deliveryColumns(),
		filter{"appeal", "only this appeal's, by the hub's id"}, filter{"link", "only this link's"}, filter{"state", "only those in this state: ready, queued, held, dead, done, skipped"})
	c.AddCommand(list,
		a.decide("retry ID", "Make a waiting or dead delivery due now", "/deliveries/", "/retry"),
		a.decide("skip ID", "Give a delivery up and let those behind it go; with an appeal that the system has no record of its files too", "/deliveries/", "/skip"))
	return c
}

func deliveryColumns() []column {
	return []column{
		{"ID", "id"}, {"APPEAL", "appeal"}, {"LINK", "link"}, {"VERB", "verb"}, {"FILE", "attachment"}, {"STATE", "state"},
		{"ATTEMPTS", "attempts"}, {"DUE", "due_at"}, {"LAST_KIND", "last_kind"}, {"LAST_ERROR", "last_error"},
	}
}

// decide makes a command that posts an operator's decision on one thing, with
// its reason.
func (a *app) decide(use, short, before, after string) *cobra.Command {
	var body decision
	c := a.act(use, short, before, after, &body)
	c.Flags().StringVar(&body.Why, "why", "", "the reason, kept on record")
	return c
}

// decision is what an operator's actions carry.
type decision struct {
	Why string `json:"why,omitempty"`
}

// act makes a command that posts a body about one thing.
func (a *app) act(use, short, before, after string, body *decision) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var out document
			if err := a.post(c.Context(), before+url.PathEscape(args[0])+after, body, &out); err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(out)
			}
			if err := a.line("done: %s", args[0]); err != nil {
				return err
			}
			return a.along(out, args[0])
		},
	}
}

// along names the deliveries that were touched along with the one that was named.
func (a *app) along(out document, named string) error {
	all, _ := out.at("deliveries").([]any)
	for _, id := range all {
		if text(id) == named {
			continue
		}
		if err := a.line("given up with it: %s", text(id)); err != nil {
			return err
		}
	}
	return nil
}
