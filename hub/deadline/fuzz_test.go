package deadline_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// FuzzParseRules: a file is refused with faults, or its rules compute.
func FuzzParseRules(f *testing.F) {
	f.Add([]byte(rulesFile))
	for _, name := range []string{"ru-59fz", "ru-pos"} {
		set, err := deadline.ShippedSet(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(set)
	}
	f.Add([]byte("format: appealhub/deadline-rules/v1\nset: x\nversion: 1\nextends: [ru-pos]\nrules: [{id: pos-fast-track, enabled: true, table: {a: 1}}]\n"))
	calendar := russia(f)
	facts := &deadline.Facts{Kind: sdk.KindAppeal, Categories: []string{"a"}, Extensions: make([]deadline.Extension, 1)}
	for i, e := range deadline.Events() {
		*facts.Moment(e) = deadline.At(time.Date(2026, 1, 1+3*i, 9, 0, 0, 0, time.UTC))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := deadline.ParseRules(data)
		if err != nil {
			faulty(t, err)
			return
		}
		e, err := deadline.New(rules, calendar)
		if err != nil {
			t.Fatal(err)
		}
		terms := e.Terms(facts)
		if terms.Explain() == "" && len(terms.Terms) > 0 {
			t.Error("terms without words")
		}
	})
}

// FuzzParseCalendar: a file is refused with faults, or its years have working
// days.
func FuzzParseCalendar(f *testing.F) {
	f.Add(fmt.Appendf(nil, calendar2028, ""))
	f.Add([]byte("format: appealhub/calendar/v1\nname: x\nover: ru\nyears: {2027: {holidays: {a: 04-21}, provisional: b}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := deadline.ParseCalendar(data, nil)
		if err != nil {
			faulty(t, err)
			return
		}
		for _, year := range c.Years() {
			days := c.Days(year)
			if working, _ := deadline.Norm(days, true); working < 200 || len(days) < 365 {
				t.Errorf("%d: %d working days of %d", year, working, len(days))
			}
			for _, d := range days {
				if (d.Off || d.Decree) && d.Why == "" || d.Off && (d.Shortened || d.Worked) {
					t.Errorf("%+v", d)
				}
			}
		}
	})
}

func faulty(t *testing.T, err error) {
	t.Helper()
	var faults *deadline.FileError
	if !errors.As(err, &faults) || len(faults.Faults) == 0 || err.Error() == "" {
		t.Errorf("an error without faults: %v", err)
	}
}
