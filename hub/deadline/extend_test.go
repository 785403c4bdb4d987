package deadline_test

import (
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestFurthest: what a rule allows to its last day is in order, and what no rule
// bounds is beyond nothing.
func TestFurthest(t *testing.T) {
	const shipped = "- {id: control, enabled: false}\n"
	const own = "- {id: pos-answer-at, extension: {length: 5, article: a custom}}\n"
	const days, none = "- {id: 59fz-answer, unit: working_days, length: 20}\n", "- {id: pos-answer, enabled: false}\n"
	for name, c := range map[string]struct {
		rules    string
		kind     sdk.AppealKind
		answerAt string
		until    string
		long     bool
	}{
		"the last day":                         {shipped, "", "", "2026-01-31", false},
		"a day more":                           {shipped, "", "", "2026-02-01", true},
		"no rule extends it":                   {shipped, sdk.KindMessage, "", "2026-06-01", false},
		"the portal's date, no other rule":     {none, sdk.KindMessage, "2025-12-30", "2026-06-01", false},
		"the portal's date, the last day":      {shipped, "", "2025-12-30", "2026-01-29", false},
		"the portal's date, a day more":        {shipped, "", "2025-12-30", "2026-01-30", true},
		"the portal's own bound":               {own, "", "2025-12-30", "2026-01-10", true},
		"30 working days are more than 30":     {days, "", "2025-12-30", "2026-02-16", false},
		"but not more than there are till May": {days, "", "2025-12-30", "2026-04-30", true},
	} {
		f := registered(t, "2025-12-02")
		f.Extensions = []deadline.Extension{{Until: date(t, c.until)}}
		if c.kind != "" {
			f.Kind = c.kind
		}
		if c.answerAt != "" {
			f.AnswerAt = on(t, c.answerAt)
		}
		terms := engine(t, c.rules).Terms(f)
		if got, _ := terms.Find(deadline.Answer); got.Due.String() != c.until || warned(terms, deadline.WarnLong) != c.long {
			t.Errorf("%s: due %s; %+v", name, got.Due, terms.Warnings)
		}
	}
}

// TestExtendedUnit: a term in working days that is extended by its rule stays one; a
// named date is so many days away.
func TestExtendedUnit(t *testing.T) {
	e := engine(t, "- {id: 59fz-answer, unit: working_days, length: 20}\n")
	for name, c := range map[string]struct {
		until string
		unit  deadline.Unit
		days  int
	}{
		"by the rule":     {"", deadline.WorkingDays, 50},
		"to a named date": {"2026-01-30", deadline.CalendarDays, 59},
	} {
		f := registered(t, "2025-12-02")
		f.Extensions = make([]deadline.Extension, 1)
		if c.until != "" {
			f.Extensions[0].Until = date(t, c.until)
		}
		if got := find(t, e, f, deadline.Answer); got.Unit != c.unit || got.Days != c.days {
			t.Errorf("%s: %d %s, due %s", name, got.Days, got.Unit, got.Due)
		}
	}
}
