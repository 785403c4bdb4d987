package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// deadlineList lists open terms that bind.
func (a *app) deadlineList() *cobra.Command {
	var p pages
	var overdue bool
	values := map[string]*string{}
	c := &cobra.Command{
		Use:   "list",
		Short: "List open terms, those that end first at the top",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{"limit": {strconv.Itoa(p.limit)}}
			set(query, "cursor", p.cursor)
			for name, v := range values {
				set(query, name, *v)
			}
			if overdue {
				query.Set("overdue", "true")
			}
			return a.list(c.Context(), "/deadlines", query, []column{
				{"DUE", "due"}, {"DUE_AT", "due_at"}, {"DAYS_LEFT", "days_left"}, {"TERM", "term"}, {"APPEAL", "appeal"}, {"ORGANISATION", "organisation"}, {"OVERDUE", "overdue"}, {"PASSED", "passed"}, {"PROVISIONAL", "provisional"},
			})
		},
	}
	values["due"] = c.Flags().String("due", "", "only those that end by then, overdue ones too: a date, or a number of days from today such as 3d")
	values["organisation"] = c.Flags().String("organisation", "", "only those of the organisation with this key")
	values["term"] = c.Flags().String("term", "", "only this term: answer, registration, …")
	c.Flags().BoolVar(&overdue, "overdue", false, "only those that are overdue: by the organisation's local date, by the instant where a term is in hours; with --due also those that end by then")
	return p.flags(c)
}

// deadlineExplain tells an appeal's terms.
func (a *app) deadlineExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID|LINK/REF",
		Short: "Tell every term of an appeal: the rule and its article, what it runs from, each day skipped, what ended it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := a.appealID(c.Context(), args[0])
			if err != nil {
				return err
			}
			var out document
			if err := a.call(c.Context(), request{method: http.MethodGet, path: "/appeals/" + url.PathEscape(id) + "/deadlines"}, &out); err != nil {
				return err
			}
			return a.explained(out)
		},
	}
}

// deadlineNote tells what an official did.
func (a *app) deadlineNote() *cobra.Command {
	ask := map[string]*string{}
	c := &cobra.Command{
		Use:   "note ID|LINK/REF --event EVENT --at DATE | --category GROUND",
		Short: "Tell what an official did and no system tells of; the terms are counted by it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := a.appealID(c.Context(), args[0])
			if err != nil {
				return err
			}
			body := map[string]string{}
			for name, v := range ask {
				if *v != "" {
					body[name] = *v
				}
			}
			var out document
			if err := a.post(c.Context(), "/appeals/"+url.PathEscape(id)+"/deadlines", body, &out); err != nil {
				return err
			}
			return a.explained(out)
		},
	}
	ask["event"] = c.Flags().String("event", "", "what happened: registered, notified, returned, documents_requested, documents_supplied, extension_notified, suspended, resumed")
	ask["at"] = c.Flags().String("at", "", "when: 2026-11-25, or a time")
	ask["category"] = c.Flags().String("category", "", "in place of it the ground by which the terms are counted: unreadable, unclear, court_decision, …; none takes it back")
	ask["why"] = c.Flags().String("why", "", "reason, kept on record")
	return c
}

// explained prints an appeal's terms.
func (a *app) explained(out document) error {
	if a.output == asMap {
		return a.json(out)
	}
	head := fmt.Sprintf("Appeal %s, %s, dates of %s; where a last day is a day off: %s.", out.text("appeal"), kindWords(out.text("kind")), out.text("time_zone"), words(out.text("policy")))
	return a.line("%s\n\n%s", head, strings.TrimSuffix(out.text("text"), "\n"))
}

func kindWords(kind string) string {
	if kind == "appeal" {
		return "an appeal under 59-ФЗ"
	}
	return "a message"
}

// deadlineDigest shows an organisation's day.
func (a *app) deadlineDigest() *cobra.Command {
	var organisation string
	c := &cobra.Command{
		Use:   "digest",
		Short: "Show an organisation's terms today, as links are told of them once a day",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			set(query, "organisation", organisation)
			var out document
			if err := a.call(c.Context(), request{method: http.MethodGet, path: "/deadlines/digest", query: query}, &out); err != nil {
				return err
			}
			if a.output == asMap {
				return a.json(out)
			}
			if err := a.line("%s, %s: %s overdue, %s due today, %s soon", out.text("organisation"), out.text("date"), out.text("overdue"), out.text("due_today"), out.text("due_soon")); err != nil {
				return err
			}
			return a.rows([]column{{"DUE", "due"}, {"TERM", "term"}, {"APPEAL", "appeal"}, {"PROVISIONAL", "provisional"}}, out.list("items"))
		},
	}
	c.Flags().StringVar(&organisation, "organisation", "", "its key; needless where there is one")
	return c
}

// deadlineSimulate asks what would be.
func (a *app) deadlineSimulate() *cobra.Command {
	ask := map[string]*string{}
	var rules, calendar string
	c := &cobra.Command{
		Use:   "simulate --down LINK --for 72h | --rules FILE | --calendar FILE",
		Short: "Show which open terms would be missed: while a link is down, or by other rules or another calendar",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			body := map[string]string{}
			for name, v := range ask {
				if *v != "" {
					body[name] = *v
				}
			}
			for name, file := range map[string]string{"rules": rules, "calendar": calendar} {
				if file == "" {
					continue
				}
				data, err := os.ReadFile(file)
				if err != nil {
					return usage(err)
				}
				body[name] = string(data)
			}
			return a.simulate(c.Context(), body)
		},
	}
	ask["down"] = c.Flags().String("down", "", "a link that is down from now on")
	ask["for"] = c.Flags().String("for", "", "how long it is down, such as 72h")
	ask["organisation"] = c.Flags().String("organisation", "", "only terms of the organisation with this key")
	c.Flags().StringVar(&rules, "rules", "", "rules in place of the hub's (YAML, deadline-rules.v1)")
	c.Flags().StringVar(&calendar, "calendar", "", "calendar whose years stand over the hub's (YAML); one with over: ru stands in place of each organisation's own")
	return c
}

func (a *app) simulate(ctx context.Context, body map[string]string) error {
	var out document
	if err := a.post(ctx, "/deadlines/simulate", body, &out); err != nil {
		return err
	}
	if a.output == asMap {
		return a.json(out)
	}
	text := fmt.Sprintf("%s open terms: %s would be missed", out.text("seen"), out.text("breaches"))
	if body["down"] == "" {
		text = fmt.Sprintf("%s open terms: %s; %s would be missed", out.text("seen"), shifts(out, true), out.text("breaches"))
	}
	if err := a.line("%s", text); err != nil {
		return err
	}
	items := out.list("items")
	if len(items) == 0 {
		return nil
	}
	return a.rows([]column{{"DUE", "due"}, {"WOULD_BE", "would_be"}, {"TERM", "term"}, {"APPEAL", "appeal"}, {"ORGANISATION", "organisation"}, {"PROVISIONAL", "provisional"}}, items)
}
