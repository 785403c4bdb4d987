package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// yearDocument is the JSON of a year of a calendar.
type yearDocument struct {
	Year        int           `json:"year"`
	Provisional string        `json:"provisional,omitzero"` // why it may still change
	Warning     string        `json:"warning,omitzero"`     // what is unusual
	WorkingDays int           `json:"working_days"`
	Hours       int           `json:"hours"`       // of a week of forty
	DecreeDays  int           `json:"decree_days"` // among the working days
	Days        []dayDocument `json:"days"`        // all but plain working days and weekends
}

type dayDocument struct {
	Date      sdk.Date `json:"date"`
	Class     string   `json:"class"` // off, shortened, working, decree
	Shortened bool     `json:"shortened,omitzero"`
	MovedFrom sdk.Date `json:"moved_from,omitzero"`
	Why       string   `json:"why,omitzero"`
}

func newYearDocument(c *deadline.Calendar, year int) yearDocument {
	days := c.Days(year)
	out := yearDocument{Year: year, Provisional: c.Provisional(year), Warning: c.Unusual(year), Days: []dayDocument{}}
	out.WorkingDays, out.Hours = deadline.Norm(days, false)
	strict, _ := deadline.Norm(days, true)
	out.DecreeDays = out.WorkingDays - strict
	for _, d := range days {
		if class := classOf(d); class != "" {
			out.Days = append(out.Days, dayDocument{Date: d.Date, Class: class, Shortened: d.Shortened, MovedFrom: d.MovedFrom, Why: d.Why})
		}
	}
	return out
}

// classOf names what is special about a day; empty for a plain working day or
// weekend.
func classOf(d deadline.Day) string {
	switch {
	case d.Decree && !d.Off:
		return "decree"
	case d.Off && d.Why != weekday(d.Date).String():
		return "off"
	case d.Worked:
		return "working"
	case d.Shortened:
		return "shortened"
	}
	return ""
}

func weekday(d sdk.Date) time.Weekday { return d.In(time.UTC).Weekday() }

// yearPage is a year as calendars on walls have it: twelve months, three in a
// row, with the norms of each quarter and of the year.
func yearPage(c *deadline.Calendar, year int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d\n", year)
	if why := c.Provisional(year); why != "" {
		fmt.Fprintf(&b, "PROVISIONAL: %s\n", printable(why))
	}
	if why := c.Unusual(year); why != "" {
		fmt.Fprintf(&b, "UNUSUAL: %s\n", why)
	}
	days := c.Days(year)
	for quarter := range 4 {
		first := time.Month(3*quarter + 1)
		var months [3][]string
		for i := range months {
			months[i] = monthLines(days, first+time.Month(i))
		}
		b.WriteByte('\n')
		for line := range months[0] {
			fmt.Fprintln(&b, strings.TrimRight(strings.Join([]string{months[0][line], months[1][line], months[2][line]}, "  "), " "))
		}
		fmt.Fprintf(&b, "Quarter %d: %s\n", quarter+1, norm(between(days, first, first+2)))
	}
	fmt.Fprintf(&b, "\n%d: %s\n", year, norm(days))
	b.WriteString("- day off   * shortened by an hour   + working Saturday or Sunday   ! non-working by decree\n\n")
	writeDays(&b, days)
	return b.Bytes()
}

func between(days []deadline.Day, first, last time.Month) []deadline.Day {
	return slices.DeleteFunc(slices.Clone(days), func(d deadline.Day) bool { return d.Date.Month < first || d.Date.Month > last })
}

// norm tells working days and hours, and how many where decrees' days are off.
func norm(days []deadline.Day) string {
	working, hours := deadline.Norm(days, false)
	strict, less := deadline.Norm(days, true)
	out := fmt.Sprintf("%d working days, %d hours of a 40-hour week", working, hours)
	if strict != working {
		out += fmt.Sprintf(" (%d and %d with the days by decree off)", strict, less)
	}
	return out
}

// weeks is how many a month touches at most.
const weeks = 6

// monthLines is a month: its name, the weekdays, and a line for each week.
func monthLines(days []deadline.Day, month time.Month) []string {
	lines := []string{fmt.Sprintf("%-21s", month), "Mo Tu We Th Fr Sa Su "}
	days = between(days, month, month)
	cells := strings.Repeat("   ", (int(weekday(days[0].Date))+6)%7)
	for _, d := range days {
		cells += fmt.Sprintf("%2d%c", d.Date.Day, sign(d))
	}
	cells = fmt.Sprintf("%-*s", weeks*21, cells)
	for i := range weeks {
		lines = append(lines, cells[i*21:(i+1)*21])
	}
	return lines
}

func sign(d deadline.Day) rune {
	switch {
	case d.Off:
		return '-'
	case d.Decree:
		return '!'
	case d.Worked:
		return '+'
	case d.Shortened:
		return '*'
	}
	return ' '
}

// writeDays lists the special days, those in a row with one reason together.
func writeDays(b *bytes.Buffer, days []deadline.Day) {
	special := slices.DeleteFunc(slices.Clone(days), func(d deadline.Day) bool { return classOf(d) == "" })
	for i := 0; i < len(special); {
		end := i + 1
		for end < len(special) && special[end].Date == special[end-1].Date.AddDays(1) && reason(special[end]) == reason(special[i]) {
			end++
		}
		when := special[i].Date.String()
		if end > i+1 {
			when += ".." + special[end-1].Date.String()
		}
		fmt.Fprintf(b, "%-22s  %s\n", when, printable(reason(special[i])))
		i = end
	}
}

// reason tells what a special day is.
func reason(d deadline.Day) string {
	out := d.Why
	if d.Decree {
		out = "non-working by decree: " + d.Why
	}
	if d.Worked {
		out = "working " + weekday(d.Date).String()
	}
	if d.Shortened {
		out = strings.TrimPrefix(out+", shortened by an hour", ", ")
	}
	return out
}
