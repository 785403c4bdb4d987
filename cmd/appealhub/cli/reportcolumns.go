package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/hub/report"
)

// reportColumn is a column of a report, by the name that it has in JSON, CSV and
// XLSX. Its value is a text, an int, or a *float64 that is nil where there is none.
type reportColumn struct {
	name  string
	share bool // a part of 1
	value func(*report.Line) any
}

// groupColumns tell what a line is of, for each dimension.
func groupColumns(by report.Dimension) []reportColumn {
	switch by {
	case report.ByOrganisation:
		return []reportColumn{{name: "organisation", value: func(l *report.Line) any { return l.Organisation }}}
	case report.ByCategory:
		return []reportColumn{
			{name: "category", value: func(l *report.Line) any { return l.Category }},
			{name: "category_name", value: func(l *report.Line) any { return l.CategoryName }},
		}
	}
	return []reportColumn{{name: "month", value: func(l *report.Line) any { return l.Month }}}
}

// reportColumns are the columns of a report.
func reportColumns(r *report.Report) (all []reportColumn) {
	for _, by := range report.Dimensions() {
		for _, asked := range r.By {
			if asked == by {
				all = append(all, groupColumns(by)...)
			}
		}
	}
	return append(all, figureColumns()...)
}

func figureColumns() []reportColumn {
	count := func(name string, of func(*report.Line) int) reportColumn {
		return reportColumn{name: name, value: func(l *report.Line) any { return of(l) }}
	}
	mean := func(name string, of func(*report.Line) *float64) reportColumn {
		return reportColumn{name: name, share: strings.Contains(name, "share"), value: func(l *report.Line) any { return of(l) }}
	}
	all := []reportColumn{
		count("received", func(l *report.Line) int { return l.Received }),
		count("open", func(l *report.Line) int { return l.Open }),
		count("answered", func(l *report.Line) int { return l.Answered }),
		count("in_time", func(l *report.Line) int { return l.InTime }),
		count("overdue", func(l *report.Line) int { return l.Overdue }),
		mean("share_in_time", func(l *report.Line) *float64 { return l.ShareInTime }),
		mean("mean_days", func(l *report.Line) *float64 { return l.MeanDays }),
		mean("median_days", func(l *report.Line) *float64 { return l.MedianDays }),
		count("extended", func(l *report.Line) int { return l.Extended }),
		count("forwarded", func(l *report.Line) int { return l.Forwarded }),
		count("refused", func(l *report.Line) int { return l.Refused }),
		count("interim", func(l *report.Line) int { return l.Interim }),
		count("reworked", func(l *report.Line) int { return l.Reworked }),
		count("rework_in_time", func(l *report.Line) int { return l.ReworkInTime }),
		count("rework_overdue", func(l *report.Line) int { return l.ReworkOverdue }),
	}
	for mark := range len(report.Figures{}.Ratings) {
		all = append(all, count("rating_"+strconv.Itoa(mark+1), func(l *report.Line) int { return l.Ratings[mark] }))
	}
	return append(all,
		mean("mean_rating", func(l *report.Line) *float64 { return l.MeanRating }),
		count("fast_track", func(l *report.Line) int { return l.FastTrack }),
		count("fast_track_in_time", func(l *report.Line) int { return l.FastTrackInTime }),
		count("fast_track_overdue", func(l *report.Line) int { return l.FastTrackOverdue }),
		mean("fast_track_share_in_time", func(l *report.Line) *float64 { return l.FastTrackShareInTime }),
	)
}

// short are the headings of a table whose columns' names are long.
var short = strings.NewReplacer("fast_track", "fast", "share_in_time", "share", "rating_", "mark_", "mean_rating", "mean_mark")

func headingsOf(columns []reportColumn) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ToUpper(short.Replace(c.name))
	}
	return strings.Join(names, " ")
}

// shown is a value as a table has it: with one decimal.
func (c *reportColumn) shown(l *report.Line) string {
	v, ok := c.value(l).(*float64)
	switch {
	case !ok || v == nil:
		return c.plain(l)
	case c.share:
		return strconv.FormatFloat(*v*100, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(*v, 'f', 1, 64)
}

// plain is a value as CSV has it.
func (c *reportColumn) plain(l *report.Line) string {
	switch v := c.value(l).(type) {
	case *float64:
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// withTotal are the lines of a report for people: those it is split into and the
// total, or the total alone.
func withTotal(r *report.Report) []report.Line {
	total := report.Line{Figures: r.Total}
	if len(r.By) == 0 {
		return []report.Line{total}
	}
	total.Group = report.Group{Organisation: "total", Category: "total", Month: "total"}
	return append(r.Lines, total)
}

// writeCSV writes a line for each group, or the total alone, without a total
// beside the groups. A text that a spreadsheet would take for a formula has an
// apostrophe before it: see inert.
func writeCSV(w io.Writer, r *report.Report) error {
	columns := reportColumns(r)
	out := csv.NewWriter(w)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.name
	}
	out.Write(cells)
	lines := withTotal(r)
	if len(r.By) > 0 {
		lines = r.Lines
	}
	for _, l := range lines {
		for i, c := range columns {
			cells[i] = inert(c.plain(&l))
		}
		out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

// inert puts an apostrophe before what a spreadsheet would take for a formula: at the
// beginning of a text, and behind a semicolon or a tab in it. Those part the columns
// of a CSV where spreadsheets have the comma in numbers, as in Russia, be there quotes or
// spaces before it.
func inert(text string) string {
	var b strings.Builder
	begins := true
	for _, r := range text {
		if begins && strings.ContainsRune("=+-@\t\r", r) {
			b.WriteByte('\'')
		}
		begins = r == ';' || r == '\t' || begins && (r == '"' || r == ' ')
		b.WriteRune(r)
	}
	return b.String()
}

// intoFile writes to a file, or to standard output where none is named. A file
// that could not be written whole is removed.
func (a *app) intoFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(a.out)
	}
	f, err := os.Create(name)
	if err != nil {
		return usage(err)
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}
