package deadline

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// CalendarFormat is what the first line of a calendar file says.
const CalendarFormat = "appealhub/calendar/v1"

// Bounds of the working days of a year. Russia's years have 247 to 249, up to 252
// while nothing is moved yet, and a region takes a few more off: fewer or more is
// unusual, and far fewer a mistake. With the days by decree off there were 219 in
// 2020.
const (
	fewWorking, manyWorking = 244, 252
	leastWorking            = 235
	leastStrict             = 200
)

// ParseCalendar reads a calendar's YAML. Its error is a *FileError with the line
// and field of every fault: a date that is impossible, there twice, or of two
// classes.
//
// A file with over: ru holds changes for a region: its days are laid over those
// of the national calendar; nil is the one that comes with the program. A year
// that the national calendar lacks is a fault, and one that it has provisionally
// stays provisional.
func ParseCalendar(data []byte, national *Calendar) (*Calendar, error) {
	r := &calendarReader{national: national, years: map[int]*year{}}
	doc, ok := r.document(data)
	if ok {
		r.file(doc)
	}
	if err := fileError(r.faults); err != nil {
		return nil, err
	}
	c := newCalendar(r.name, r.years)
	c.regional = r.over != nil
	return c, nil
}

type calendarReader struct {
	reader
	format, name string
	national     *Calendar // that a file with over lies over; nil: the program's
	over         *Calendar // national, of such a file
	years        map[int]*year
	numbers      int
}

func (r *calendarReader) file(doc place) {
	var years place
	r.fields(doc, map[string]func(place){
		"format": func(at place) { r.format = oneOf(&r.reader, at, []string{CalendarFormat}) },
		"name":   func(at place) { r.name = r.named(at) },
		"over":   r.base,
		"years":  func(at place) { years = at },
	})
	switch {
	case r.format == "" && len(r.faults) == 0:
		r.fail(doc, "format is missing: %s", CalendarFormat)
	case r.name == "" && len(r.faults) == 0:
		r.fail(doc, "name is missing")
	case years.Node == nil:
		r.fail(doc, "years is missing")
	default:
		r.each(years, r.year)
	}
	if years.Node != nil && r.numbers == 0 {
		r.fail(years, "holds no year")
	}
}

func (r *calendarReader) base(at place) {
	name := oneOf(&r.reader, at, []string{"ru"})
	if r.over = r.national; r.over != nil {
		return
	}
	var err error
	if r.over, err = embeddedCalendar(name); err != nil && len(r.faults) == 0 {
		r.fail(at, "%s", err)
	}
}

func (r *calendarReader) year(name string, at place) {
	r.numbers++
	n, err := strconv.Atoi(name)
	if err != nil || n < 1990 || n > 2100 {
		r.fail(at, "is not a year from 1990 to 2100")
		return
	}
	if r.over != nil && r.over.years[n] == nil {
		r.fail(at, "is not in the national calendar, of %s: load a national one that has %d first", r.over.span(), n)
		return
	}
	y := &yearReader{calendarReader: r, listed: map[day]string{}, short: map[day]bool{}, year: r.blank(n)}
	y.read(at)
	y.complete(at)
	r.years[n] = y.year
}

// blank is a year of weekends, or of what the file lies over, which has it.
func (r *calendarReader) blank(n int) *year {
	first := yearStart(n)
	y := &year{number: n, marks: make([]mark, yearStart(n+1)-first), why: map[day]string{}, moved: map[day]day{}}
	if r.over != nil {
		under := r.over.years[n]
		copy(y.marks, under.marks)
		maps.Copy(y.why, under.why)
		maps.Copy(y.moved, under.moved)
		y.source, y.provisional = under.source, under.provisional
		return y
	}
	for i := range y.marks {
		y.marks[i] = known
		if (first + day(i)).weekend() {
			y.marks[i] |= off
		}
	}
	return y
}

// yearReader reads one year.
type yearReader struct {
	*calendarReader
	*year
	listed map[day]string // day → the class that the file puts it into
	short  map[day]bool   // days that the file calls shortened
}

func (y *yearReader) read(at place) {
	y.fields(at, map[string]func(place){
		"source":      func(at place) { y.source = y.named(at) },
		"provisional": func(at place) { y.year.provisional = y.named(at) },
		"holidays":    func(at place) { y.each(at, func(name string, at place) { y.days(at, "holidays", off, name) }) },
		"moved":       y.movedDays,
		"days_off":    func(at place) { y.days(at, "days_off", off, "day off by decree on moved days off") },
		"decree":      func(at place) { y.each(at, func(name string, at place) { y.days(at, "decree", decree, name) }) },
		"shortened":   func(at place) { y.days(at, "shortened", shortened, "") },
		"working":     func(at place) { y.days(at, "working", worked, "") },
	})
}

// days puts every day of a list into a class.
func (y *yearReader) days(at place, class string, m mark, why string) {
	if m == off && strings.TrimSpace(why) == "" {
		y.fail(at, "the name is empty")
	}
	for token := range strings.FieldsSeq(y.text(at)) {
		first, last := y.span(at, token)
		for d := first; d <= last; d++ {
			y.set(at, d, class, m, why)
		}
	}
}

// span reads 01-02 or 01-02..01-05; an impossible one is empty.
func (y *yearReader) span(at place, token string) (first, last day) {
	from, to, ranged := strings.Cut(token, "..")
	first, ok := y.day(at, from)
	if !ok {
		return 1, 0
	}
	if !ranged {
		return first, first
	}
	last, ok = y.day(at, to)
	if !ok {
		return 1, 0
	}
	if last < first {
		y.fail(at, "%s ends before it begins", token)
	}
	return first, last
}

func (y *yearReader) day(at place, token string) (day, bool) {
	d, err := sdk.ParseDate(fmt.Sprintf("%04d-%s", y.number, token))
	if err != nil || len(token) != len("01-02") {
		y.fail(at, "%q is not a day of %d in the form month-day, such as 01-09", token, y.number)
		return 0, false
	}
	return dayOf(d), true
}

// set puts a day into a class. Shortened days are told apart from the rest: one
// may be a working Saturday too.
func (y *yearReader) set(at place, d day, class string, m mark, why string) {
	if m == shortened {
		if y.short[d] {
			y.fail(at, "%s is there twice", dayMonth(d.date()))
		}
		y.short[d] = true
		return
	}
	if other, twice := y.listed[d]; twice {
		y.fail(at, "%s is there twice: under %s too", dayMonth(d.date()), other)
		return
	}
	if m == worked && !d.weekend() {
		y.fail(at, "%s is a %s: a working day anyway", dayMonth(d.date()), d.weekday())
	}
	y.listed[d] = class
	delete(y.why, d)
	delete(y.moved, d)
	if m == decree && d.weekend() {
		m |= off // its weekday is the reason
	} else if m != worked {
		y.why[d] = why
	}
	y.marks[d-yearStart(y.number)] = known | m
}

func (y *yearReader) movedDays(at place) {
	y.each(at, func(name string, from place) {
		d, ok := y.day(from, name)
		origin, known := y.day(from, y.text(from))
		if !ok || !known {
			return
		}
		if !origin.weekend() {
			y.fail(from, "%s is a %s: only the rest of a Saturday or Sunday is moved", dayMonth(origin.date()), origin.weekday())
		}
		if d.weekend() {
			y.fail(from, "%s is a %s: a day off anyway", dayMonth(d.date()), d.weekday())
		}
		if other, twice := y.restOf(origin); twice && other != d {
			y.fail(from, "the rest of %s is moved to %s too", dayMonth(origin.date()), dayMonth(other.date()))
		}
		y.set(from, d, "moved", off, "day off moved from "+dayMonth(origin.date()))
		y.moved[d] = origin
	})
}

// restOf is the day off to which the rest of a weekend day is moved already.
func (y *yearReader) restOf(origin day) (day, bool) {
	for d, o := range y.moved {
		if o == origin {
			return d, true
		}
	}
	return 0, false
}

// complete checks the year as a whole and finishes its marks.
func (y *yearReader) complete(at place) {
	working, strict := 0, 0
	for i, m := range y.marks {
		d := yearStart(y.number) + day(i)
		if y.short[d] {
			y.marks[i] |= shortened
		}
		if y.short[d] && m&off != 0 {
			y.fail(at, "%s is a day off and shortened", dayMonth(d.date()))
		}
		if m&off == 0 {
			working++
		}
		if m&(off|decree) == 0 {
			strict++
		}
		if y.year.provisional != "" {
			y.marks[i] |= provisional
		}
	}
	if y.source == "" {
		y.fail(at, "source is missing: where the year's days are from")
	}
	if working < leastWorking {
		y.fail(at, "has %d working days; a year has %d at least, days by decree among them", working, leastWorking)
	} else if strict < leastStrict {
		y.fail(at, "has %d working days; a year has %d at least with days by decree off", strict, leastStrict)
	}
	if y.year.provisional != "" {
		y.warning = fmt.Sprintf("the calendar of %d is provisional: %s", y.number, y.year.provisional)
	}
}
