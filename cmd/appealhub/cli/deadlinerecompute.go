package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// deadlineRecompute has the hub count all open terms anew.
func (a *app) deadlineRecompute() *cobra.Command {
	ask := struct {
		Organisation string `json:"organisation,omitempty"`
		DryRun       bool   `json:"dry_run"`
	}{}
	c := &cobra.Command{
		Use:   "recompute",
		Short: "Count the open terms of all appeals by the rules and calendars as they are now",
		Long: `Count the open terms of all appeals by the rules and calendars that the hub was started with: for after
one of these files was changed. With --dry-run it only tells how many terms would end on another day, how many
would be added and how many dropped, and from when to when. Each of them is on record, with the name of the token.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			raw, err := json.Marshal(ask)
			if err != nil {
				return err
			}
			return a.recompute(c.Context(), raw)
		},
	}
	c.Flags().StringVar(&ask.Organisation, "organisation", "", "only of the organisation with this key")
	c.Flags().BoolVar(&ask.DryRun, "dry-run", false, "only tell what would become of them")
	return c
}

func (a *app) recompute(ctx context.Context, body []byte) error {
	resp, err := a.send(ctx, request{method: http.MethodPost, path: "/deadlines/recompute", body: bytes.NewReader(body), header: map[string]string{"Content-Type": "application/json"}})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			return a.silent(err)
		}
		return refusal(resp, raw)
	}
	last, err := a.follow(resp.Body)
	if err != nil {
		return err
	}
	if a.output == asMap {
		return a.json(last)
	}
	if err := a.line("%s appeals; terms: %s", last.text("seen"), shifts(last, last.text("dry_run") == "true")); err != nil {
		return err
	}
	if moves := last.list("moves"); len(moves) > 0 {
		return a.rows([]column{{"TERMS", "count"}, {"TERM", "term"}, {"FROM", "from"}, {"TO", "to"}}, moves)
	}
	return nil
}

// shifts tells what becomes, or would become, of terms that are counted anew.
func shifts(d document, would bool) string {
	form, taken := "%s end on another day, %s are added, %s are dropped", "; those of %s appeals of an earlier version are watched from now on"
	if would {
		form, taken = "%s would end on another day, %s would be added, %s would be dropped", "; those of %s appeals of an earlier version would be watched from then on"
	}
	told := fmt.Sprintf(form, d.text("moved"), d.text("added"), d.text("dropped"))
	if n := d.text("unwatched"); number(n) > 0 {
		told += fmt.Sprintf(taken, n)
	}
	return told
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // 0 where it is none
	return n
}

// follow reads the lines of progress and returns the last one.
func (a *app) follow(body io.Reader) (last document, err error) {
	bar := newBar(a.errors)
	defer bar.end()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		last = nil
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			return nil, &exit{exitUnavailable, fmt.Errorf("the answer of %s is not the hub's; check --url", shownURL(a.url))}
		}
		if now := time.Now(); bar.due(now) {
			seen, all := last.text("seen"), last.text("all")
			bar.write(now, fmt.Sprintf("%s %s of %s appeals; terms: %s moved, %s added, %s dropped", gauge(number(seen), number(all)), seen, all, last.text("moved"), last.text("added"), last.text("dropped")))
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, a.silent(lines.Err())
	case last.text("done") != "true":
		return nil, &exit{exitFailed, fmt.Errorf("the hub has not counted all: %s", last.text("error"))}
	}
	return last, nil
}
