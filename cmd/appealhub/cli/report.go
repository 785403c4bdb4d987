package cli

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub/report"
	"github.com/appealhub/appealhub/sdk"
)

// Forms of output of a report, beside those of all commands.
const (
	asCSV  = "csv"
	asXLSX = "xlsx"
)

func (a *app) reports() *cobra.Command {
	c := a.remote(&cobra.Command{Use: "report", Short: "Report how appeals were answered, and compare with a portal's registry"})
	c.AddCommand(a.reportShow(), a.reportReconcile())
	return c
}

// period are the flags of a period of receipt.
type period struct{ from, to, organisation string }

func (p *period) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.from, "from", "", "first day of receipt, local to the organisation: 2026-01-01")
	c.Flags().StringVar(&p.to, "to", "", "last day of receipt")
	c.Flags().StringVar(&p.organisation, "organisation", "", "only the organisation with this key")
}

// query are the flags as parameters.
func (p *period) query() (url.Values, error) {
	q := url.Values{}
	for _, one := range []struct{ name, date string }{{"from", p.from}, {"to", p.to}} {
		if _, err := sdk.ParseDate(one.date); err != nil && one.date != "" {
			return nil, usagef("--%s: %w", one.name, err)
		}
		set(q, one.name, one.date)
	}
	set(q, "organisation", p.organisation)
	return q, nil
}

func (a *app) reportShow() *cobra.Command {
	var when period
	var by []string
	var file string
	c := &cobra.Command{
		Use:   "show",
		Short: "Show how the appeals received in a period were answered",
		Long: `Show how the appeals received in a period were answered: how many, in time and overdue, in how many days, extended, forwarded,
refused, with interim answers, reworked, how they were marked, and how those of the fast track went. Each count is one of
appeals. In time is an answer no later than the last day of its term; overdue what is open and past that day, or ended later;
the share in time is that of the two. Days run from receipt to the first answer. Answers to requests for repeated
consideration are counted apart.

--output is table, json, csv or xlsx; the last needs --file.`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{moreForms: asCSV + " " + asXLSX},
		RunE: func(c *cobra.Command, _ []string) error {
			if a.output == asXLSX && file == "" {
				return usagef("--output xlsx needs --file")
			}
			if file != "" && a.output != asXLSX && a.output != asCSV {
				return usagef("--file is for --output csv and xlsx")
			}
			q, err := when.query()
			if err != nil {
				return err
			}
			set(q, "by", strings.Join(by, ","))
			return a.showReport(c.Context(), q, file)
		},
	}
	when.flags(c)
	c.Flags().StringSliceVar(&by, "by", nil, "a line for each: organisation, category, month; several with commas")
	c.Flags().StringVar(&file, "file", "", "write csv or xlsx to this file")
	return c
}

func (a *app) showReport(ctx context.Context, q url.Values, file string) error {
	var r report.Report
	if err := a.call(ctx, request{method: http.MethodGet, path: "/reports/appeals", query: q}, &r); err != nil {
		return err
	}
	switch a.output {
	case asMap:
		return a.json(r)
	case asCSV:
		return a.intoFile(file, func(w io.Writer) error { return writeCSV(w, &r) })
	case asXLSX:
		return a.intoFile(file, func(w io.Writer) error { return writeXLSX(w, &r) })
	}
	columns := reportColumns(&r)
	var rows [][]string
	for _, line := range withTotal(&r) {
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.shown(&line))
		}
		rows = append(rows, cells)
	}
	return a.table(headingsOf(columns), rows)
}
