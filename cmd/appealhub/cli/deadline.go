package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub/deadline"
)

func (a *app) deadlines() *cobra.Command {
	c := &cobra.Command{Use: "deadline", Short: "List the terms of appeals, tell why each ends when it does, compute them without a hub"}
	c.AddCommand(a.remote(a.deadlineList()), a.remote(a.deadlineExplain()), a.remote(a.deadlineNote()), a.remote(a.deadlineSimulate()), a.remote(a.deadlineRecompute()),
		a.remote(a.deadlineDigest()), a.deadlineCompute())
	return c
}

// compute is one call of deadline compute.
type compute struct {
	input     string
	calendars []string
	rules     string
	decreeOff bool
	fields    fields
}

func (a *app) deadlineCompute() *cobra.Command {
	run := compute{fields: fields{}}
	values := map[string]*string{}
	c := &cobra.Command{
		Use:   "compute --received DATE | --input FILE",
		Short: "Compute every term of an appeal, or of many from a CSV, without a hub",
		Long: `Compute every term of an appeal by the rules and the calendar that come with the program, or by others, and tell why
each ends when it does. No hub is needed. A date is 2025-12-01; a time, where the hour is known, 2025-12-01T10:00:00+03:00.
Without a registration the day received stands for it, marked as assumed.

With --input the appeals are rows of a CSV, - for standard input: its first line names the columns, in any order, the flags'
names with _ for - (received, registered, policy, extended, kind, category, answer_at, zone, …) and id. A column that is
not there is the flag's value. The result is a line for each term, or with --output json a line of JSON for each row; a bad
row is told in its place, and the exit code is 3.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			for name, value := range values {
				if c.Flags().Changed(flagName(name)) || *value != "" {
					run.fields[name] = *value
				}
			}
			if run.input == "" {
				return a.computeOne(&run)
			}
			return a.computeMany(&run)
		},
	}
	for _, column := range factColumns() {
		if column.summary != "" {
			values[column.name] = c.Flags().String(flagName(column.name), column.standard, column.summary)
		}
	}
	c.Flags().Lookup("extended").NoOptDefVal = "true"
	c.Flags().BoolVar(&run.decreeOff, "decree-days-off", false, "take non-working days by decree (2020, 2021) as days off")
	c.Flags().StringVar(&run.input, "input", "", "CSV file with an appeal a row; - is standard input")
	calendarFlag(c, &run.calendars)
	c.Flags().StringVar(&run.rules, "rules", "", "rules in place of those that come with the program (YAML, deadline-rules.v1)")
	return c
}

func flagName(column string) string { return strings.ReplaceAll(column, "_", "-") }

// calendarFlag gives a command the flag --calendar.
func calendarFlag(c *cobra.Command, files *[]string) {
	c.Flags().StringArrayVar(files, "calendar", nil, "calendar whose years stand over those that come with the program (YAML); a region's comes after the national one, if that has a file too")
}

// engine joins the rules and the calendar that the flags name.
func (run *compute) engine() (*deadline.Engine, error) {
	calendar, err := loadCalendar(run.calendars)
	if err != nil {
		return nil, err
	}
	rules, err := deadline.Shipped()
	if run.rules != "" {
		rules, err = load(run.rules, deadline.ParseRules)
	}
	if err != nil {
		return nil, err
	}
	return deadline.New(rules, calendar)
}

// loadCalendar is Russia's calendar with the years of files, in their order, in
// place of its own.
func loadCalendar(files []string) (*deadline.Calendar, error) {
	calendar, err := deadline.Russia()
	for _, file := range files {
		if err == nil {
			calendar, err = load(file, calendar.Read)
		}
	}
	return calendar, err
}

// load reads a file by its parser. Each fault names the file.
func load[T any](file string, parse func([]byte) (T, error)) (T, error) {
	var none T
	data, err := os.ReadFile(file)
	if err != nil {
		return none, usage(err)
	}
	v, err := parse(data)
	if err != nil {
		return none, &exit{exitInvalid, fmt.Errorf("%s: %s", file, strings.ReplaceAll(err.Error(), "\n", "\n"+file+": "))}
	}
	return v, nil
}

// computeOne computes the appeal that the flags describe.
func (a *app) computeOne(run *compute) error {
	zones := zones{}
	facts, err := run.fields.facts(zones, run.decreeOff)
	if err != nil {
		return usage(err)
	}
	engine, err := run.engine()
	if err != nil {
		return err
	}
	if err := named(facts, engine.Categories()); err != nil {
		return usage(err)
	}
	terms := engine.Terms(facts)
	if a.output == asMap {
		return a.json(run.fields.result(terms))
	}
	var rows [][]string
	for _, t := range terms.Terms {
		rows = append(rows, termCells(t))
	}
	if err := a.table(termHeadings, rows); err != nil {
		return err
	}
	return a.line("\n%s", strings.TrimSuffix(terms.Explain(), "\n"))
}

// named returns an error for a category that no rule names.
func named(facts *deadline.Facts, known []string) error {
	if len(facts.Categories) == 0 || slices.Contains(known, facts.Categories[0]) {
		return nil
	}
	return fmt.Errorf("category: %q is none that the rules name: %s", facts.Categories[0], strings.Join(known, ", "))
}

const termHeadings = "TERM DUE BASE_DUE LENGTH FROM ARTICLE MARKS"

// termCells is a term as a row of a table.
func termCells(t deadline.Term) []string {
	due := t.Due.String()
	if !t.DueAt.IsZero() {
		due = t.DueAt.Format("2006-01-02T15:04:05Z07:00")
	}
	article := t.Article
	if article == "" {
		article = "operator: " + t.Rule
	}
	return []string{
		string(t.Term), due, t.BaseDue.String(), fmt.Sprintf("%d %s", t.Days, t.Unit),
		fmt.Sprintf("%s %s", t.From.Event, t.From.Date), article, strings.Join(marks(t), ", "),
	}
}

// marks are what a reader must not overlook.
func marks(t deadline.Term) []string {
	var out []string
	for _, m := range []struct {
		is   bool
		word string
	}{
		{t.Provisional, "PROVISIONAL"}, {t.Assumed, "assumed"}, {t.Unsettled, "unsettled"}, {t.OnlyIf != "", "conditional"},
		{!t.Extra.IsZero(), "extended"}, {!t.Ended.Date.IsZero() && !t.Late && t.OnlyIf == "", "met"}, {!t.Ended.Date.IsZero() && t.OnlyIf != "", "ended"}, {t.Late, "LATE"},
	} {
		if m.is {
			out = append(out, m.word)
		}
	}
	return out
}
