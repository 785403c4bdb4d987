package deadline_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// naive counts terms day by day, by a set of days off and time.Time alone.
type naive struct {
	off map[string]bool
}

func newNaive(t testing.TB, decreeOff bool) naive {
	t.Helper()
	calendar, err := deadline.Russia()
	if err != nil {
		t.Fatal(err)
	}
	n := naive{off: map[string]bool{}}
	for _, year := range calendar.Years() {
		for _, d := range calendar.Days(year) {
			n.off[d.Date.String()] = d.Off || decreeOff && d.Decree
		}
	}
	return n
}

func (n naive) isOff(d time.Time) bool { return n.off[d.Format(time.DateOnly)] }

// last is the last day of a term.
func (n naive) last(start time.Time, length int, unit deadline.Unit, policy deadline.Policy) time.Time {
	d := start
	for counted := 0; counted < length; {
		d = d.AddDate(0, 0, 1)
		if unit == deadline.CalendarDays || !n.isOff(d) {
			counted++
		}
	}
	if policy == deadline.CalendarDay || !n.isOff(d) {
		return d
	}
	next, previous := d, d
	for n.isOff(next) {
		next = next.AddDate(0, 0, 1)
	}
	for n.isOff(previous) {
		previous = previous.AddDate(0, 0, -1)
	}
	if policy == deadline.NextWorkingDay || !previous.After(start) {
		return next
	}
	return previous
}

// TestProperties: for any start whose window lies in known calendars and any
// rule, the last day is that of the naive count, a working day where the policy
// says so, after the start, and no earlier than that of an earlier start.
func TestProperties(t *testing.T) {
	plain, strict := newNaive(t, false), newNaive(t, true)
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1, 90).Draw(t, "length")
		unit := rapid.SampledFrom([]deadline.Unit{deadline.CalendarDays, deadline.WorkingDays}).Draw(t, "unit")
		policy := rapid.SampledFrom(deadline.Policies()).Draw(t, "policy")
		decreeOff := rapid.Bool().Draw(t, "decree days off")
		start := time.Date(2013, 1, 15, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 14*365-200).Draw(t, "day"))

		rules, err := deadline.ParseRules(fmt.Appendf(nil, "format: appealhub/deadline-rules/v1\nset: t\nversion: 1\nrules:\n"+
			"- {id: a, term: answer, source: law, article: a, from: registered, length: %d, unit: %s}\n", length, unit))
		if err != nil {
			t.Fatal(err)
		}
		calendar, err := deadline.Russia()
		if err != nil {
			t.Fatal(err)
		}
		e, err := deadline.New(rules, calendar)
		if err != nil {
			t.Fatal(err)
		}
		n := plain
		if decreeOff {
			n = strict
		}
		var last time.Time
		for range 10 { // days in a row
			f := &deadline.Facts{Policy: policy, DecreeOff: decreeOff, Registered: deadline.On(sdk.DateOf(start))}
			terms := e.Terms(f)
			got := terms.Terms[0].Due.In(time.UTC)
			switch want := n.last(start, length, unit, policy); {
			case !got.Equal(want):
				t.Fatalf("from %s: %s, the naive count says %s", start, got, want)
			case policy != deadline.CalendarDay && n.isOff(got):
				t.Fatalf("from %s: %s is a day off", start, got)
			case !got.After(start):
				t.Fatalf("from %s: %s is not later", start, got)
			case got.Before(last):
				t.Fatalf("from %s: %s is earlier than %s, that of the day before", start, got, last)
			case terms.Terms[0].Provisional:
				t.Fatalf("from %s: provisional", start)
			}
			last, start = got, start.AddDate(0, 0, 1)
		}
	})
}

// TestMonotone: a later registration never leads to an earlier last day, by any
// policy, for every term of the law that runs from registration.
func TestMonotone(t *testing.T) {
	e := standard(t)
	for _, policy := range deadline.Policies() {
		last := map[deadline.TermID]sdk.Date{}
		for d := date(t, "2013-01-01"); d.Year < 2027; d = d.AddDays(1) {
			f := &deadline.Facts{Kind: sdk.KindAppeal, Policy: policy, Received: deadline.On(d), Registered: deadline.On(d)}
			for _, term := range e.Terms(f).Terms {
				if term.Due.Before(last[term.Term]) {
					t.Errorf("%s, %s registered on %s: due %s, the day before: %s", policy, term.Term, d, term.Due, last[term.Term])
				}
				last[term.Term] = term.Due
			}
		}
	}
}
