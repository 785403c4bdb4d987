package deadline_test

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestNoDoubt: what is in order is not warned of: a warning that is always there is
// read by nobody.
func TestNoDoubt(t *testing.T) {
	const shipped, without = "- {id: control, enabled: false}\n", "- {id: pos-answer-at, enabled: false}\n"
	for name, c := range map[string]struct {
		rules  string
		change func(f *deadline.Facts)
		code   deadline.Code
	}{
		"extended once": {shipped, func(f *deadline.Facts) { f.Extensions = make([]deadline.Extension, 1) }, deadline.WarnTwice},
		"extended on the last day": {shipped, func(f *deadline.Facts) { f.Extensions = []deadline.Extension{{On: on(t, "2025-12-30")}} },
			deadline.WarnLate},
		"the portal's date before the law's": {shipped, func(f *deadline.Facts) { f.AnswerAt = on(t, "2025-12-20") }, deadline.WarnLater},
		"the portal's date, extended": {shipped, func(f *deadline.Facts) {
			f.AnswerAt, f.Extensions = on(t, "2026-01-20"), []deadline.Extension{{Until: date(t, "2026-01-25")}}
		}, deadline.WarnLater},
		"a message has no term by law": {shipped, func(f *deadline.Facts) { f.Kind, f.AnswerAt = sdk.KindMessage, on(t, "2026-02-20") }, deadline.WarnLater},
		"the portal's date before the registration": {shipped, func(f *deadline.Facts) {
			f.Received, f.AnswerAt = on(t, "2025-11-28"), on(t, "2025-12-01")
		}, deadline.WarnAnswerAt},
		"the portal's date counts for nothing": {without, func(f *deadline.Facts) { f.AnswerAt = on(t, "2025-11-01") }, deadline.WarnAnswerAt},
		"nor where there is no other term": {without + "- {id: pos-answer, enabled: false}\n", func(f *deadline.Facts) {
			f.Kind, f.AnswerAt = sdk.KindMessage, on(t, "2025-11-01")
		}, deadline.WarnAnswerAt},
	} {
		f := registered(t, "2025-12-02")
		c.change(f)
		if terms := engine(t, c.rules).Terms(f); warned(terms, c.code) {
			t.Errorf("%s: %+v", name, terms.Warnings)
		}
	}
}

// TestExtensionThatCounts: the last that names a date, else the first.
func TestExtensionThatCounts(t *testing.T) {
	first, last := deadline.Extension{Until: date(t, "2026-01-20")}, deadline.Extension{Until: date(t, "2026-01-26")}
	open := deadline.Extension{On: on(t, "2025-12-10")}
	for due, all := range map[string][]deadline.Extension{
		"2026-01-20": {open, first, open},
		"2026-01-26": {first, last},
		"2026-01-30": {open, {On: on(t, "2025-12-11")}},
	} {
		f := registered(t, "2025-12-02")
		f.Extensions = all
		got := find(t, standard(t), f, deadline.Answer)
		if got.Due.String() != due || all[0].Until.IsZero() && all[1].Until.IsZero() && got.Extra.On != date(t, "2025-12-10") {
			t.Errorf("%+v: due %s, decided on %s", all, got.Due, got.Extra.On)
		}
	}
}

// TestCited: a rule is named by its article, and one without by its id.
func TestCited(t *testing.T) {
	const own = "- {id: own-answer, term: answer, source: operator, kinds: [message], from: registered, length: 10, unit: calendar_days, ended_by: [answered]}\n- {id: pos-answer, enabled: false}\n"
	for rules, want := range map[string]string{
		own:                                 "the rule own-answer gives none",
		"- {id: control, enabled: false}\n": "ПОС, as its users are told (chgtrk.ru) gives none",
	} {
		f := registered(t, "2025-12-02")
		f.Kind, f.Extensions = sdk.KindMessage, make([]deadline.Extension, 1)
		terms := engine(t, rules).Terms(f)
		if text := terms.Explain(); !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}
