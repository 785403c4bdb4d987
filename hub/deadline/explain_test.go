package deadline_test

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
)

// TestExplain: what is told of a term adds up, so that a reader can count it anew.
func TestExplain(t *testing.T) {
	inDays := "- {id: 59fz-answer, unit: working_days, length: 20}\n"
	for name, c := range map[string]struct {
		rules, start string
		change       func(f *deadline.Facts)
		want         []string // lines that follow each other
	}{
		"extended by the rule": {"", "2025-12-02", func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{}} }, []string{
			"answer: until 2026-01-30 (Friday)",
			"  Rule: 59-ФЗ art. 12 p. 2 (59fz-answer).",
			"  Registered on 2025-12-02 (Tuesday), that day not counted: 30 calendar days end on 2026-01-01 (Thursday).",
			"  Extended by 30 calendar days, counted on from that unmoved date (59-ФЗ art. 12 p. 2).",
			"  2026-01-31 is a Saturday.",
			"  So it is moved from 2026-01-31 (Saturday) to 2026-01-30 (Friday): previous working day.",
		}},
		"never moved": {"", "2025-12-02", func(f *deadline.Facts) { f.Policy = deadline.CalendarDay }, []string{
			"  Registered on 2025-12-02 (Tuesday), that day not counted: 30 calendar days end on 2026-01-01 (Thursday).",
			"  It is not moved, be it a day off or not.",
		}},
		"suspended for a while": {"- {id: 59fz-answer, pauses: true}\n", "2026-06-01", func(f *deadline.Facts) {
			f.Suspensions = []deadline.Suspension{{From: date(t, "2026-06-10"), Until: date(t, "2026-06-15")}}
		}, []string{
			"answer: until 2026-07-06 (Monday)",
			"  Rule: 59-ФЗ art. 12 p. 1 (59fz-answer).",
			"  Registered on 2026-06-01 (Monday), that day not counted: 30 calendar days end on 2026-07-06 (Monday).",
			"  5 days of suspension are not counted.",
		}},
		"not said outright": {"", "2025-12-02", func(f *deadline.Facts) { f.ReworkRequested = on(t, "2026-01-15") }, []string{
			"rework: until 2026-02-13 (Friday)",
			"  Rule: 59-ФЗ art. 12 p. 1 (59fz-rework); the law does not speak of repeated consideration; a request for it is taken as a new appeal; " +
				"the text that this rests on does not say so outright.",
		}},
		// the days skipped are those of the count, none of the time that a rule would allow, and nothing rests on a calendar but the count
		"working days, extended to a date": {inDays, "2026-11-23", func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{Until: date(t, "2026-12-27")}} }, []string{
			"answer: until 2026-12-27 (Sunday)",
			"  Rule: 59-ФЗ art. 12 p. 2 (59fz-answer).",
			"  Registered on 2026-11-23 (Monday), that day not counted: 28 calendar days end on 2026-12-21 (Monday).",
			"  Extended until the date that it names, 2026-12-27 (Sunday) (59-ФЗ art. 12 p. 2).",
			"  2026-11-28 is a Saturday.", "  2026-11-29 is a Sunday.", "  2026-12-05 is a Saturday.", "  2026-12-06 is a Sunday.",
			"  2026-12-12 is a Saturday.", "  2026-12-13 is a Sunday.", "  2026-12-19 is a Saturday.", "  2026-12-20 is a Sunday.",
			"  It is not moved, be it a day off or not.",
			"",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := registered(t, c.start)
			c.change(f)
			terms := engine(t, c.rules+"- {id: pos-fast-track, enabled: false}\n").Terms(f)
			if text := terms.Explain(); !strings.Contains(text, strings.Join(c.want, "\n")+"\n") {
				t.Errorf("want\n%s\ngot\n%s", strings.Join(c.want, "\n"), text)
			}
		})
	}
}

// TestBinds: that a term binds only if something is so is told until that is known,
// and not any longer: the first would be missed else, the second cry wolf.
func TestBinds(t *testing.T) {
	e := standard(t)
	for name, c := range map[string]struct {
		change func(f *deadline.Facts)
		terms  []deadline.TermID
	}{
		"extended":  {func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{}} }, []deadline.TermID{deadline.ExtensionNotice}},
		"forwarded": {func(f *deadline.Facts) { f.Forwarded = on(t, "2025-12-04") }, []deadline.TermID{deadline.Forwarding, deadline.Notice}},
		"returned":  {func(f *deadline.Facts) { f.Returned = on(t, "2025-12-04") }, []deadline.TermID{deadline.Return}},
	} {
		for _, term := range c.terms {
			f := registered(t, "2025-12-02")
			if got := find(t, e, f, term); got.OnlyIf == "" {
				t.Errorf("%s: binds already", term)
			}
			c.change(f)
			if got := find(t, e, f, term); got.OnlyIf != "" {
				t.Errorf("%s, %s: binds only if %s", term, name, got.OnlyIf)
			}
		}
	}
}
