package deadline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

func russia(t testing.TB) *deadline.Calendar {
	t.Helper()
	c, err := deadline.Russia()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRussia: the years' norms, working days and hours of a week of forty; and
// working days where the decrees' days are off.
func TestRussia(t *testing.T) {
	c := russia(t)
	norms := map[int][3]int{
		2013: {247, 1970, 247}, 2014: {247, 1970, 247}, 2015: {247, 1971, 247}, 2016: {247, 1974, 247}, 2017: {247, 1973, 247},
		2018: {247, 1970, 247}, 2019: {247, 1970, 247}, 2020: {248, 1981, 219}, 2021: {247, 1973, 240}, 2022: {247, 1973, 247},
		2023: {247, 1973, 247}, 2024: {248, 1979, 248}, 2025: {247, 1972, 247}, 2026: {247, 1972, 247}, 2027: {249, 1992, 249},
	}
	if years := c.Years(); len(years) != len(norms) || years[0] != 2013 {
		t.Errorf("years: %v", years)
	}
	for year, want := range norms {
		working, hours := deadline.Norm(c.Days(year), false)
		strict, _ := deadline.Norm(c.Days(year), true)
		if got := [3]int{working, hours, strict}; got != want {
			t.Errorf("%d: %v, want %v", year, got, want)
		}
		if provisional := c.Provisional(year) != ""; provisional != (year == 2027) {
			t.Errorf("%d: provisional %v", year, provisional)
		}
	}
	if c.Days(2012) != nil || c.Provisional(2012) != "" {
		t.Error("2012 is known")
	}
}

// TestDays: one of each class.
func TestDays(t *testing.T) {
	c := russia(t)
	for day, want := range map[string]deadline.Day{
		"2026-01-01": {Off: true, Why: "Новогодние каникулы"},
		"2026-01-09": {Off: true, Why: "day off moved from 3 January", MovedFrom: date(t, "2026-01-03")},
		"2026-01-10": {Off: true, Why: "Saturday"},
		"2026-01-12": {},
		"2026-04-30": {Shortened: true},
		"2025-11-01": {Worked: true, Shortened: true},
		"2021-02-20": {Worked: true, Shortened: true},
		"2020-04-06": {Decree: true, Why: "Нерабочие дни (Указ Президента от 02.04.2020 № 239)"},
		"2020-04-05": {Decree: true, Off: true, Why: "Sunday"},
		"2018-12-31": {Off: true, Why: "day off by decree on moved days off"},
	} {
		want.Date = date(t, day)
		if got := find1(c, want.Date); got != want {
			t.Errorf("%s: got %+v, want %+v", day, got, want)
		}
	}
}

func find1(c *deadline.Calendar, d sdk.Date) deadline.Day {
	for _, day := range c.Days(d.Year) {
		if day.Date == d {
			return day
		}
	}
	return deadline.Day{}
}

// calendar2028 is a good file; %s is a place for faults.
const calendar2028 = `format: appealhub/calendar/v1
name: ours
years:
  2028:
    source: decree of 2027
    holidays:
      New Year: 01-01..01-08
    moved: {01-10: 01-01}
    days_off: 05-02 05-03
    shortened: 02-29 05-06
    working: 05-06
%s
`

// TestParseCalendar: what the operator loads takes the place of the same year, or
// adds one.
func TestParseCalendar(t *testing.T) {
	ours, err := deadline.ParseCalendar(fmt.Appendf(nil, calendar2028, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	both := russia(t).With(ours)
	if n := len(both.Years()); n != 16 {
		t.Errorf("%d years", n)
	}
	if working, hours := deadline.Norm(both.Days(2028), false); working != 253 || hours != 253*8-2 {
		t.Errorf("%d days, %d hours", working, hours)
	}
	rules, err := deadline.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	e, err := deadline.New(rules, both)
	if err != nil {
		t.Fatal(err)
	}
	if got := find(t, e, registered(t, "2028-04-02"), deadline.Answer); got.Due.String() != "2028-05-01" || got.Provisional {
		t.Errorf("%+v", got)
	}
	final := strings.ReplaceAll(fmt.Sprintf(calendar2028, ""), "2028", "2027")
	final = strings.NewReplacer("02-29 ", "", "01-10: 01-01", "01-11: 01-02", "05-06\n    working: 05-06", "05-06").Replace(final)
	newer, err := deadline.ParseCalendar([]byte(final), nil)
	if err != nil {
		t.Fatal(err)
	}
	if russia(t).With(newer).Provisional(2027) != "" {
		t.Error("the newer file does not take the place of the provisional year")
	}
}

// TestRegion: a file over ru changes the days that it names.
func TestRegion(t *testing.T) {
	region, err := deadline.ParseCalendar([]byte(`
format: appealhub/calendar/v1
name: ru-kda
over: ru
years:
  2026:
    source: a region's decree
    holidays: {Радоница: 04-21}
    days_off: 06-11
    decree: {Flood: 07-06}
    working: 02-21
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-04-21": "Радоница", "2026-01-01": "Новогодние каникулы", "2026-06-11": "day off by decree on moved days off", "2026-02-21": ""} {
		if got := find1(region, date(t, day)); got.Why != want || got.Off != (want != "") || got.Shortened {
			t.Errorf("%s: %+v", day, got)
		}
	}
	if working, hours := deadline.Norm(region.Days(2026), false); working != 246 || hours != 246*8-3 {
		t.Errorf("%d days, %d hours", working, hours)
	}
}

// TestUnusual: years that Russia has had are usual.
func TestUnusual(t *testing.T) {
	c := russia(t)
	for _, year := range c.Years() {
		if why := c.Unusual(year); why != "" {
			t.Errorf("%d: %s", year, why)
		}
	}
	ours, err := deadline.ParseCalendar(fmt.Appendf(nil, calendar2028, ""), nil)
	if err != nil {
		t.Fatal(err)
	}
	if why := ours.Unusual(2028); why != "2028 has 253 working days; the years of Russia have 244 to 252: is every holiday there, and once?" {
		t.Errorf("2028: %s", why)
	}
}

// TestTry: another national calendar leaves a region its own days; another region's
// takes the place of theirs, and none may name a year that the nation's lacks.
func TestTry(t *testing.T) {
	file := func(over, year, holidays string) []byte {
		return fmt.Appendf(nil, "format: appealhub/calendar/v1\nname: test\n%syears:\n  %s: {source: a test, holidays: {Holiday: %s}}\n", over, year, holidays)
	}
	const over = "over: ru\n"
	region, err := russia(t).Own(file(over, "2026", "04-21"))
	if err != nil {
		t.Fatal(err)
	}
	const nation = "01-01..01-12 02-23 03-09 05-01 05-11 06-12 11-04"
	for name, c := range map[string]struct {
		file []byte
		want string // the working days of 2026, or what is said
	}{
		"a newer nation's":      {file("", "2026", nation), "246"},
		"another region's":      {file(over, "2026", "04-22 04-23"), "245"},
		"a nation's other year": {file("", "2028", nation), "246"},
		"the region's day too":  {file("", "2026", nation+" 04-21"), "246"},
		"a year of no nation":   {file(over, "2029", "04-21"), "line 5: years.2029: is not in the national calendar, of 2013 to 2027"},
		"none":                  {[]byte("x"), "is not a map"},
	} {
		got, err := region.Try(c.file)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if n, _ := deadline.Norm(got.Days(2026), false); fmt.Sprint(n) != c.want {
			t.Errorf("%s: %d working days, want %s", name, n, c.want)
		}
	}
}

// TestCalendarFaults: each with its line and field.
func TestCalendarFaults(t *testing.T) {
	good := fmt.Sprintf(calendar2028, "")
	for name, c := range map[string]struct{ old, new, want string }{
		"impossible date":        {"02-29", "02-30", `line 10: years.2028.shortened: "02-30" is not a day of 2028`},
		"a leap day of no leap":  {"2028:", "2029:", `line 10: years.2029.shortened: "02-29" is not a day of 2029`},
		"another form":           {"05-02", "2.05", `line 9: years.2028.days_off: "2.05" is not a day`},
		"with its year":          {"05-02", "2028-05-02", `"2028-05-02" is not a day of 2028 in the form month-day`},
		"duplicate in a class":   {"05-02 05-03", "05-02 05-02", "line 9: years.2028.days_off: 2 May is there twice: under days_off too"},
		"duplicate of a range":   {"05-03", "01-05", "line 9: years.2028.days_off: 5 January is there twice: under holidays too"},
		"off and working":        {"working: 05-06", "working: 01-08", "8 January is there twice: under holidays too"},
		"shortened twice":        {"02-29", "05-06", "line 10: years.2028.shortened: 6 May is there twice"},
		"shortened day off":      {"02-29", "05-02", "years.2028: 2 May is a day off and shortened"},
		"shortened weekend":      {"02-29", "02-27", "27 February is a day off and shortened"},
		"working on a weekday":   {"working: 05-06", "working: 05-06 05-10", "line 11: years.2028.working: 10 May is a Wednesday: a working day anyway"},
		"moved from a weekday":   {"{01-10: 01-01}", "{01-10: 01-11}", "line 8: years.2028.moved.01-10: 11 January is a Tuesday: only the rest"},
		"a rest moved twice":     {"{01-10: 01-01}", "{01-10: 01-01, 01-11: 01-01}", "line 8: years.2028.moved.01-11: the rest of 1 January is moved to 10 January too"},
		"moved to a weekend":     {"{01-10: 01-01}", "{01-15: 01-01}", "line 8: years.2028.moved.01-15: 15 January is a Saturday: a day off anyway"},
		"too many days off":      {"05-02 05-03", "05-10..06-16", "line 5: years.2028: has 227 working days; a year has 235 at least"},
		"range turned round":     {"01-01..01-08", "01-08..01-01", "line 7: years.2028.holidays.New Year: 01-08..01-01 ends before it begins"},
		"year twice":             {"%s", "", ""},
		"no year":                {"  2028:", "  next:", "years.next: is not a year from 1990 to 2100"},
		"unknown field":          {"days_off:", "dayoff:", "line 9: years.2028.dayoff: is not known here; known: days_off"},
		"field twice":            {"days_off:", "shortened:", "line 10: years.2028.shortened: is there twice"},
		"no source":              {"    source: decree of 2027\n", "", "years.2028: source is missing"},
		"no format":              {"format: appealhub/calendar/v1\n", "", "format is missing"},
		"no name":                {"name: ours\n", "", "name is missing"},
		"another format":         {"/v1", "/v2", `format: "appealhub/calendar/v2" is none of`},
		"a list":                 {"05-02 05-03", "[05-02]", "line 9: years.2028.days_off: is not a text"},
		"nothing":                {"05-02 05-03", "", "years.2028.days_off: is not a text"},
		"an alias":               {"05-02 05-03", "*x", "is not YAML"},
		"half a year by decree":  {"05-02 05-03", "05-02\n    decree: {Flood: 05-10..11-30}", "a year has 200 at least with days by decree off"},
		"over an unknown":        {"name: ours", "name: ours\nover: by", `over: "by" is none of ru`},
		"two documents":          {"working: 05-06", "working: 05-06\n---\n", "more than one document"},
		"not YAML":               {"years:", "years: [", "is not YAML: line"},
		"nameless holiday":       {"New Year", `""`, "the name is empty"},
		"working and decree day": {"working: 05-06", "working: 05-06\n    decree: {Why: 05-06}", "6 May is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, c.old, c.new, 1)
			if name == "year twice" {
				bad, c.want = good+"  2028:\n    source: x\n", "years.2028: is there twice"
			}
			_, err := deadline.ParseCalendar([]byte(bad), nil)
			var faults *deadline.FileError
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	for _, empty := range []string{"", "# nothing\n", "---\n", "x", strings.Repeat("#", 2<<20)} {
		if _, err := deadline.ParseCalendar([]byte(empty), nil); err == nil {
			t.Errorf("%.10q is a calendar", empty)
		}
	}
}
