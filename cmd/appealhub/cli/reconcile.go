package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub/report"
)

func (a *app) reportReconcile() *cobra.Command {
	var when period
	var link, words string
	c := &cobra.Command{
		Use:   "reconcile FILE.xlsx",
		Short: "Compare the portal's registry export with the hub's appeals",
		Long: `Compare the registry that the portal (ПОС) exports as XLSX with the hub's appeals, and list each that one side has and the other
lacks, or on whose dates, stage, status, decision or fast track they disagree. Number is the item's id in the exchange, or its
registration number. The hub's appeals received outside of the period are not missed; it is the export's own, from its first
to its last day of receipt, unless --from and --to say otherwise.

The columns that name people are not read; the file is opened here, and only the ten columns that are compared go to the hub.
Of stages, statuses and decisions there is no public list: words that are not known are told and not compared, unless --words
gives them a meaning. A cell that can't be read is told by row and column and is taken as blank.

Exit code: 0 they agree, 1 they differ, 3 the file is no such export, or a cell can't be read.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q, err := when.query()
			if err != nil {
				return err
			}
			set(q, "link", link)
			dictionary, err := readDictionary(words)
			if err != nil {
				return err
			}
			return a.reconcileFile(c.Context(), args[0], dictionary, q)
		},
	}
	when.flags(c)
	c.Flags().StringVar(&link, "link", "pos", "the portal's link")
	c.Flags().StringVar(&words, "words", "", "YAML: what the file's own words stand for: {stage: {На контроле: Исполнение}, status: …, decision: …}")
	return c
}

// reconciliation is what the hub found.
type reconciliation struct {
	Differences []report.Difference `json:"differences"`
	Summary     report.Summary      `json:"summary"`
	Unreadable  []report.Fault      `json:"unreadable"`
}

// readDictionary reads what an export's words stand for; none without a name.
func readDictionary(name string) (report.Dictionary, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usage(err)
	}
	d, err := report.ParseDictionary(data)
	if err != nil {
		return nil, &exit{exitInvalid, fmt.Errorf("%s: %w", name, err)}
	}
	return d, nil
}

func (a *app) reconcileFile(ctx context.Context, name string, words report.Dictionary, q url.Values) error {
	export, err := openExport(name)
	if err != nil {
		return err
	}
	defer export.Close()
	export.words = words
	rows, into := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := export.writeRows(into)
		into.CloseWithError(err)
		read <- err
	}()
	var out reconciliation
	err = a.call(ctx, request{method: http.MethodPost, path: "/reports/reconcile", query: q, body: rows, header: map[string]string{"Content-Type": "application/json"}}, &out)
	rows.Close()
	if broken := <-read; broken != nil && !errors.Is(broken, io.ErrClosedPipe) {
		return &exit{exitInvalid, fmt.Errorf("%s: %w", name, broken)}
	}
	if err != nil {
		return err
	}
	out.Unreadable = append([]report.Fault{}, export.faults...)
	out.quote(export.own)
	out.sort()
	if err := a.showReconciliation(&out); err != nil {
		return err
	}
	return out.verdict(name)
}

// quote puts the file's own words back in place of those that they stand for.
func (r *reconciliation) quote(own map[int]map[string]string) {
	for _, d := range r.Differences {
		for i := range d.Fields {
			if word, ok := own[d.Row][d.Fields[i].Name]; ok {
				d.Fields[i].Export = word
			}
		}
	}
}

// sort puts the export's rows first, in the file's order, and behind them what is in
// the hub alone.
func (r *reconciliation) sort() {
	slices.SortStableFunc(r.Differences, func(a, b report.Difference) int {
		if (a.Row == 0) != (b.Row == 0) {
			return cmp.Compare(b.Row, a.Row)
		}
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Received.String(), b.Received.String()), cmp.Compare(a.Number, b.Number))
	})
}

// mostFaults is how many cells are told of one by one.
const mostFaults = 20

// verdict is the exit code, and which cells can't be read.
func (r *reconciliation) verdict(name string) error {
	if len(r.Unreadable) == 0 {
		if len(r.Differences) > 0 {
			return &exit{code: exitFailed}
		}
		return nil
	}
	var told []string
	for i, f := range r.Unreadable {
		if i == mostFaults {
			told = append(told, fmt.Sprintf("%s: and %d cells more", name, len(r.Unreadable)-i))
			break
		}
		told = append(told, name+": "+f.String())
	}
	return &exit{exitInvalid, errors.New(strings.Join(told, "\n"))}
}

func (a *app) showReconciliation(r *reconciliation) error {
	if a.output == asMap {
		return a.json(r)
	}
	var rows [][]string
	for _, d := range r.Differences {
		rows = append(rows, differenceRows(&d)...)
	}
	if len(rows) > 0 {
		if err := a.table("ROW NUMBER RECEIVED DIFFERENCE EXPORT HUB APPEAL", rows); err != nil {
			return err
		}
	}
	s := &r.Summary
	for _, u := range s.NotKnown {
		if err := a.line("%s «%s» of %d rows is not known, and not compared", u.Column, printable(u.Word), u.Rows); err != nil {
			return err
		}
	}
	return a.line("received %s to %s: %d rows, %d appeals, %d agree, %d differences; %d rows outside", shown(s.From.String()), shown(s.To.String()), s.Rows, s.Appeals, s.Same, len(r.Differences), s.Outside)
}

// differenceRows are the rows of a table that tell of one appeal: one for each
// thing on which the sides disagree.
func differenceRows(d *report.Difference) (rows [][]string) {
	row := ""
	if d.Row > 0 {
		row = strconv.Itoa(d.Row)
	}
	add := func(what, export, hub string) {
		rows = append(rows, []string{row, d.Number, d.Received.String(), what, export, hub, d.Appeal})
	}
	switch d.Kind {
	case report.NotInHub:
		add("not in the hub", "there", "")
	case report.NotInExport:
		add("not in the export", "", "there")
	case report.Twice:
		add("twice", "row "+strconv.Itoa(d.OtherRow)+" too", "")
	}
	for _, f := range d.Fields {
		add(f.Name, f.Export, f.Hub)
	}
	return rows
}
