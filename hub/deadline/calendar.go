package deadline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/appealhub/appealhub/sdk"
)

// mark is what a calendar says of a day, as bits; 0: it does not know the year.
type mark uint8

const (
	known       mark = 1 << iota // the year is in the calendar
	provisional                  // the year's calendar may still change
	off                          // a weekend, holiday or moved day off
	shortened                    // a working day, an hour shorter
	worked                       // a Saturday or Sunday that is a working day
	decree                       // a non-working day by decree
)

// Calendar says which days are working days in the years that it knows. It is
// never changed once made.
type Calendar struct {
	name  string
	years map[int]*year
	first day    // of marks
	marks []mark // of every day from the first known year to the last
	why   map[day]string

	regional bool      // its file lies over the national calendar
	national *Calendar // without the organisation's own years; nil: there are none
	own      []byte    // their file
}

// year is what a calendar knows of one year.
type year struct {
	number      int
	source      string
	provisional string
	warning     string // of a provisional year, ready to be shown
	marks       []mark // of each day
	why         map[day]string
	moved       map[day]day // day off → the weekend day whose rest it is
}

// newCalendar lays the years side by side.
func newCalendar(name string, years map[int]*year) *Calendar {
	c := &Calendar{name: name, years: years, why: map[day]string{}}
	numbers := c.Years()
	if len(numbers) == 0 {
		return c
	}
	c.first = yearStart(numbers[0])
	c.marks = make([]mark, yearStart(numbers[len(numbers)-1]+1)-c.first)
	for n, y := range years {
		copy(c.marks[yearStart(n)-c.first:], y.marks)
		maps.Copy(c.why, y.why)
	}
	return c
}

// With returns the calendar with newer's years in place of its own.
func (c *Calendar) With(newer *Calendar) *Calendar {
	years := maps.Clone(c.years)
	maps.Copy(years, newer.years)
	return newCalendar(newer.name, years)
}

// Read returns the calendar with the years of a file, as ParseCalendar reads it
// over the calendar, in place of its own.
func (c *Calendar) Read(file []byte) (*Calendar, error) {
	newer, err := ParseCalendar(file, c)
	if err != nil {
		return nil, err
	}
	return c.With(newer), nil
}

// Own is Read for the file of one organisation, most often its region's.
func (c *Calendar) Own(file []byte) (*Calendar, error) {
	own, err := c.Read(file)
	if err != nil {
		return nil, err
	}
	own.national, own.own = c, file
	return own, nil
}

// Try returns the calendar as it would be with another file: a region's in place of
// the organisation's own, any other in the national one, over which the
// organisation's own is laid anew.
func (c *Calendar) Try(file []byte) (*Calendar, error) {
	national := c
	if c.national != nil {
		national = c.national
	}
	newer, err := ParseCalendar(file, national)
	switch {
	case err != nil:
		return nil, err
	case newer.regional:
		return national.Own(file)
	case c.national == nil:
		return c.With(newer), nil
	}
	if c, err = national.With(newer).Own(c.own); err != nil {
		return nil, fmt.Errorf("the organisation's own calendar does not fit over it: %w", err)
	}
	return c, nil
}

// Years lists the years that the calendar knows, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// span tells the years that the calendar knows in words.
func (c *Calendar) span() string {
	years := c.Years()
	if len(years) == 0 {
		return "no year"
	}
	return fmt.Sprintf("%d to %d", years[0], years[len(years)-1])
}

// Provisional says why the calendar of a year may still change; empty where it
// is final or the year is unknown.
func (c *Calendar) Provisional(year int) string {
	if y := c.years[year]; y != nil {
		return y.provisional
	}
	return ""
}

// Day is what a calendar says of one day.
type Day struct {
	Date      sdk.Date
	Off       bool     // a weekend, holiday or moved day off
	Shortened bool     // a working day, an hour shorter
	Worked    bool     // a Saturday or Sunday that is a working day
	Decree    bool     // a non-working day by decree; no day off unless an organisation says so
	MovedFrom sdk.Date // the weekend day whose rest this day off is
	Why       string   // why it is off or non-working: the holiday's name, the decree, the weekday
}

// Days lists the days of a year that the calendar knows; nil of another.
func (c *Calendar) Days(year int) []Day {
	y := c.years[year]
	if y == nil {
		return nil
	}
	days := make([]Day, len(y.marks))
	for i, m := range y.marks {
		d := yearStart(year) + day(i)
		days[i] = Day{Date: d.date(), Off: m&off != 0, Shortened: m&shortened != 0, Worked: m&worked != 0, Decree: m&decree != 0}
		if days[i].Off || days[i].Decree {
			days[i].Why = c.reason(d)
		}
		if from, ok := y.moved[d]; ok {
			days[i].MovedFrom = from.date()
		}
	}
	return days
}

// Norm counts working days and the hours of a week of forty: eight a day, one
// less on a shortened day. With decreeOff, non-working days by decree are not
// counted.
func Norm(days []Day, decreeOff bool) (working, hours int) {
	for _, d := range days {
		if d.Off || decreeOff && d.Decree {
			continue
		}
		working++
		hours += 8
		if d.Shortened {
			hours--
		}
	}
	return working, hours
}

// Unusual says that a year has fewer or more working days, days by decree among
// them, than the years of Russia; empty where it has not.
func (c *Calendar) Unusual(year int) string {
	days := c.Days(year)
	if working, _ := Norm(days, false); days != nil && (working < fewWorking || working > manyWorking) {
		return fmt.Sprintf("%d has %d working days; the years of Russia have %d to %d: is every holiday there, and once?", year, working, fewWorking, manyWorking)
	}
	return ""
}

func (c *Calendar) mark(d day) mark {
	if i := d - c.first; i >= 0 && int(i) < len(c.marks) {
		return c.marks[i]
	}
	return 0
}

// reason says why a day is off.
func (c *Calendar) reason(d day) string {
	if why, ok := c.why[d]; ok {
		return why
	}
	return d.weekday().String()
}

// unknownYear is the warning of a year that is in no calendar.
func unknownYear(year int) string {
	return fmt.Sprintf("there is no calendar of %d: only Saturdays and Sundays are taken as days off; load one with --calendar, or deadlines.calendar of the hub", year)
}

// dayMonth writes a day as people say it: 9 January.
func dayMonth(d sdk.Date) string { return fmt.Sprintf("%d %s", d.Day, d.Month) }
