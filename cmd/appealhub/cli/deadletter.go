package cli

import (
	"net/url"
	"strconv"

	"github.com/spf13/cobra"
)

func (a *app) deadLetters() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "dlq", Short: "Look at dead letters and replay them"})
	c.AddCommand(a.deadList(), a.replay(), a.parked(), a.dismiss())
	return c
}

// deadList lists dead letters, of the journal or of the topic.
func (a *app) deadList() *cobra.Command {
	var p pages
	var w which
	var from string
	c := &cobra.Command{
		Use:   "list",
		Short: "List dead letters, oldest first",
		Long: `List dead letters, oldest first. With --from topic, list the messages of the dead letters' topic in
Kafka instead, partition after partition, without what they hold: copies, of rejected messages too;
the journal's rows (dlq list, dlq parked) are the truth.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			w.all = true
			filter, err := w.filters()
			if err != nil {
				return err
			}
			query := url.Values{"limit": {strconv.Itoa(p.limit)}}
			set(query, "cursor", p.cursor)
			for name, v := range filter {
				set(query, name, v)
			}
			switch from {
			case "journal":
				return a.list(c.Context(), "/dead-letters", query, deliveryColumns())
			case "topic":
				return a.list(c.Context(), "/dead-letters/topic", query, letterColumns())
			}
			return usagef("--from is neither journal nor topic")
		},
	}
	w.flags(c.Flags())
	c.Flags().StringVar(&from, "from", "journal", "what to list: journal, topic")
	return p.flags(c)
}

func letterColumns() []column {
	return []column{
		{"PLACE", "place"}, {"AT", "at"}, {"KIND", "kind"}, {"LINK", "link"}, {"KEY", "key"}, {"DELIVERY", "delivery"}, {"REASON", "reason"}, {"WHY", "message"},
	}
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
