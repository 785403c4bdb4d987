package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/hub/deadline"
)

func (a *app) calendars() *cobra.Command {
	c := &cobra.Command{Use: "calendar", Short: "Look at working calendars"}
	c.AddCommand(a.calendarShow(), a.calendarCheck())
	return c
}

func (a *app) calendarShow() *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use:   "show YEAR",
		Short: "Print a year's working calendar",
		Long:  "Print a year's working calendar: days off, moved and shortened days, working weekend days,\nand the norms of each quarter and of the year.",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			year, err := strconv.Atoi(args[0])
			if err != nil {
				return usagef("%q is no year; write one such as 2026", args[0])
			}
			calendar, err := loadCalendar(files)
			if err != nil {
				return err
			}
			days := calendar.Days(year)
			if days == nil {
				return &exit{exitNotFound, fmt.Errorf("there is no calendar of %d; known: %s; load a newer one with --calendar", year, span(calendar))}
			}
			if a.output == asMap {
				return a.json(newYearDocument(calendar, year))
			}
			_, err = a.out.Write(yearPage(calendar, year))
			return err
		},
	}
	calendarFlag(c, &files)
	return c
}

func span(c *deadline.Calendar) string {
	years := c.Years()
	return fmt.Sprintf("%d to %d", years[0], years[len(years)-1])
}

func (a *app) calendarCheck() *cobra.Command {
	var over []string
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a calendar file: every fault with its line and field",
		Long: `Check a calendar file: every fault with its line and field. Saturdays and Sundays are days off without being named.
A year of fewer than 244 or more than 252 working days is warned of, for those of Russia have 247 to 249; fewer than 235 are
refused.
A region's file lies over the national calendar that comes with the program, or the newer one that --over names.

  format: appealhub/calendar/v1
  name: ru
  over: ru                          # only for changes of a region: laid over the national calendar, which must have the year
  years:
    2027:
      source: where the days are from
      provisional: why it may change  # only while it may
      holidays: {New Year: 01-01..01-06 01-08}
      moved: {01-09: 01-03}           # a day off, and the Saturday or Sunday whose rest it is
      days_off: 05-03                 # moved, from where is not on record
      decree: {Flood: 07-06..07-10}   # non-working by decree
      shortened: 04-30 05-08
      working: 11-13                  # a Saturday or Sunday`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			national, err := loadCalendar(over)
			if err != nil {
				return err
			}
			report, err := checkCalendar(args[0], national)
			if err != nil {
				return err
			}
			return a.tellCalendar(report)
		},
	}
	c.Flags().StringArrayVar(&over, "over", nil, "national calendar that a region's file lies over, in place of the one that comes with the program (YAML; deadlines.calendar of the hub)")
	return c
}

// checkCalendar reads the file of a calendar as one that lies over the national one.
func checkCalendar(file string, national *deadline.Calendar) (checkedCalendar, error) {
	report := checkedCalendar{File: file, Years: []yearDocument{}}
	data, err := os.ReadFile(file)
	if err != nil {
		return report, usage(err)
	}
	calendar, err := deadline.ParseCalendar(data, national)
	var faults *deadline.FileError
	switch {
	case errors.As(err, &faults):
		report.Faults = faults.Faults
		return report, nil
	case err != nil:
		return report, err
	}
	report.Valid = true
	for _, year := range calendar.Years() {
		report.Years = append(report.Years, newYearDocument(calendar, year))
	}
	return report, nil
}

// checkedCalendar is the JSON of calendar check.
type checkedCalendar struct {
	File   string           `json:"file"`
	Valid  bool             `json:"valid"`
	Years  []yearDocument   `json:"years"`
	Faults []deadline.Fault `json:"faults,omitempty"`
}

func (a *app) tellCalendar(report checkedCalendar) error {
	if err := a.printCalendar(report); err != nil || report.Valid {
		return err
	}
	return &exit{code: exitInvalid}
}

func (a *app) printCalendar(report checkedCalendar) error {
	if a.output == asMap {
		return a.json(report)
	}
	for _, f := range report.Faults {
		if err := a.line("invalid  %s: %s", printable(report.File), printable(f.String())); err != nil {
			return err
		}
	}
	for _, y := range report.Years {
		provisional := ""
		if y.Provisional != "" {
			provisional = ", PROVISIONAL: " + printable(y.Provisional)
		}
		if err := a.line("ok  %s: %d: %d working days, %d hours%s", printable(report.File), y.Year, y.WorkingDays, y.Hours, provisional); err != nil {
			return err
		}
		if y.Warning == "" {
			continue
		}
		if err := a.line("warning  %s: %s", printable(report.File), y.Warning); err != nil {
			return err
		}
	}
	return nil
}
