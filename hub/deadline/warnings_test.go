package deadline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestWarnings: what is doubtful is computed and said.
func TestWarnings(t *testing.T) {
	e := standard(t)
	midnight := deadline.At(time.Date(2025, 12, 2, 0, 0, 0, 0, time.UTC))
	for name, c := range map[string]struct {
		change func(f *deadline.Facts)
		code   deadline.Code
		text   string
		due    string // of the answer
	}{
		"local time marked Z": {func(f *deadline.Facts) { f.Registered, f.Zone = midnight, zone(t, "Asia/Kamchatka") },
			deadline.WarnMidnight, "registered is 00:00:00Z", "2025-12-30"},
		"the portal's date before the receipt": {func(f *deadline.Facts) { f.AnswerAt = on(t, "2025-12-01") },
			deadline.WarnAnswerAt, "2025-12-01 is before the appeal came on 2025-12-02", "2025-12-01"},
		"the portal's date before the registration": {func(f *deadline.Facts) { f.AnswerAt, f.Received = on(t, "2025-12-01"), deadline.Moment{} },
			deadline.WarnAnswerAt, "2025-12-01 is before the appeal came on 2025-12-02", "2025-12-01"},
		"the portal's date after the law's": {func(f *deadline.Facts) { f.AnswerAt = on(t, "2026-01-01") },
			deadline.WarnLater, "later than 2025-12-30, the last day by 59-ФЗ art. 12 p. 1", "2026-01-01"},
		"registered before receipt": {func(f *deadline.Facts) { f.Registered = on(t, "2025-12-01") },
			deadline.WarnOrder, "registered on 2025-12-01, before", "2025-12-30"},
		"answered before receipt": {func(f *deadline.Facts) { f.Answered = on(t, "2025-11-01") },
			deadline.WarnAnswered, "answered on 2025-11-01, before it was received on 2025-12-02", "2025-12-30"},
		"the portal's date, extended too far": {func(f *deadline.Facts) {
			f.AnswerAt, f.Extensions = on(t, "2025-12-30"), []deadline.Extension{{Until: date(t, "2026-08-01")}}
		}, deadline.WarnLong, "beyond 2026-01-29, the last day that 59-ФЗ art. 12 p. 2 allows", "2026-08-01"},
		"extended twice": {func(f *deadline.Facts) { f.Extensions = make([]deadline.Extension, 2) },
			deadline.WarnTwice, "2 times", "2026-01-30"},
		"extended after the end": {func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{On: on(t, "2026-01-02")}} },
			deadline.WarnLate, "on 2026-01-02, after the term had ended on 2025-12-30", "2026-01-30"},
		"extended too far": {func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{Until: date(t, "2026-02-01")}} },
			deadline.WarnLong, "beyond 2026-01-31", "2026-02-01"},
		"extended to an earlier date": {func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{Until: date(t, "2026-01-01")}} },
			deadline.WarnUnextendable, "not later than 2026-01-01", "2025-12-30"},
		"the portal's date, extended": {func(f *deadline.Facts) { f.AnswerAt, f.Extensions = on(t, "2025-12-30"), make([]deadline.Extension, 1) },
			deadline.WarnUnextendable, "names no date", "2025-12-30"},
		"a year with no calendar": {func(f *deadline.Facts) { f.Received, f.Registered = on(t, "2029-04-01"), on(t, "2029-04-01") },
			deadline.WarnNoCalendar, "no calendar of 2029", "2029-05-01"},
		"its weekends": {func(f *deadline.Facts) { f.Received, f.Registered = on(t, "2029-04-05"), on(t, "2029-04-05") },
			deadline.WarnNoCalendar, "no calendar of 2029", "2029-05-04"},
		"a provisional year": {func(f *deadline.Facts) { f.Received, f.Registered = on(t, "2027-03-01"), on(t, "2027-03-01") },
			deadline.WarnProvisional, "the calendar of 2027 is provisional: statutory", "2027-03-31"},
	} {
		t.Run(name, func(t *testing.T) {
			f := registered(t, "2025-12-02")
			c.change(f)
			terms := e.Terms(f)
			answer, _ := terms.Find(deadline.Answer)
			if answer.Due.String() != c.due || !warned(terms, c.code) {
				t.Errorf("due %s, want %s; %+v", answer.Due, c.due, terms.Warnings)
			}
			if text := terms.Explain(); !strings.Contains(text, "Warning: ") || !strings.Contains(text, c.text) {
				t.Errorf("not told:\n%s", text)
			}
			loud := c.code == deadline.WarnNoCalendar || c.code == deadline.WarnProvisional
			if answer.Provisional != loud || strings.Contains(terms.Explain(), "PROVISIONAL") != loud {
				t.Errorf("provisional: %v", answer.Provisional)
			}
		})
	}
}

// TestExtendedInTime: the term had not ended where its last day is moved to the next
// working day.
func TestExtendedInTime(t *testing.T) {
	f := registered(t, "2025-12-02")
	f.Policy, f.Extensions = deadline.NextWorkingDay, []deadline.Extension{{On: on(t, "2026-01-05")}}
	if terms := standard(t).Terms(f); warned(terms, deadline.WarnLate) {
		t.Errorf("%+v", terms.Warnings)
	}
}

// TestNoTerm: an appeal without a term that it needs is no silent one.
func TestNoTerm(t *testing.T) {
	e := engine(t, "- {id: pos-answer, enabled: false}\n")
	f := registered(t, "2025-12-02")
	f.Kind, f.ReworkRequested = sdk.KindMessage, on(t, "2026-01-15")
	terms := e.Terms(f)
	if len(terms.Terms) != 0 || len(terms.Warnings) != 2 || !warned(terms, deadline.WarnNoTerm) {
		t.Errorf("%+v", terms)
	}
	f.AnswerAt = on(t, "2026-01-20") // the portal has given a new date
	if terms := e.Terms(f); len(terms.Warnings) != 0 {
		t.Errorf("%+v", terms.Warnings)
	}
}

// TestMidnight: an instant of midnight UTC in another zone's words is no doubt.
func TestMidnight(t *testing.T) {
	msk := zone(t, "Europe/Moscow")
	f := registered(t, "2025-12-02")
	f.Zone, f.Received = msk, deadline.At(time.Date(2025, 12, 2, 3, 0, 0, 0, msk))
	if terms := standard(t).Terms(f); len(terms.Warnings) != 0 {
		t.Errorf("%+v", terms.Warnings)
	}
}

// TestLaterThanTheLaw: the law's own last day may be counted from another term.
func TestLaterThanTheLaw(t *testing.T) {
	e := engine(t, `- {id: 59fz-answer, enabled: false}
- {id: by-notice, term: answer, article: an order, source: law, before: forwarding, of: due, length: 2, ended_by: [answered]}
`)
	f := registered(t, "2025-12-02")
	f.AnswerAt = on(t, "2025-12-20")
	if terms := e.Terms(f); !warned(terms, deadline.WarnLater) {
		t.Errorf("%+v", terms.Warnings)
	}
}
