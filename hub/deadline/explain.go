package deadline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// Explain puts the terms of an appeal into words, a paragraph each: the last
// day, the rule and its article, the event and date it ran from, every day
// skipped or moved and why, the extension, what ended it, and what is doubtful.
// The same facts give the same bytes.
func (t *Terms) Explain() string {
	var b strings.Builder
	if t.Assumed {
		fmt.Fprintf(&b, "No registration is known: it is assumed on the day of receipt.\n\n")
	}
	rests := t.rests()
	for i := range t.Terms {
		t.Terms[i].explain(&b, rests)
		b.WriteByte('\n')
	}
	for _, w := range t.Warnings {
		fmt.Fprintf(&b, "Warning: %s.\n", w.About())
	}
	return b.String()
}

// rests says what provisional terms rest on.
func (t *Terms) rests() string {
	told := func(code Code) bool {
		return slices.ContainsFunc(t.Warnings, func(w Warning) bool { return w.Code == code })
	}
	switch changes, none := told(WarnProvisional), told(WarnNoCalendar); {
	case changes && none:
		return "a calendar that may still change, or on a year that has none"
	case none:
		return "a year that has no calendar"
	}
	return "a calendar that may still change"
}

// About is the warning's text and the term that it is about.
func (w Warning) About() string {
	if w.Term == "" {
		return w.Text
	}
	return string(w.Term) + ": " + w.Text
}

func (t *Term) explain(b *strings.Builder, rests string) {
	fmt.Fprintf(b, "%s: %s\n", t.Term, t.lastDay())
	line := func(format string, args ...any) { fmt.Fprintf(b, "  "+format+".\n", args...) }
	line("Rule: %s", t.basis())
	if t.OnlyIf != "" {
		line("It binds only if %s", t.OnlyIf)
	}
	line("%s", t.running())
	if !t.Extra.IsZero() {
		line("%s", t.Extra.sentence(t.Unit))
	}
	if t.Paused > 0 {
		line("%d days of suspension are not counted", t.Paused)
	}
	for _, s := range t.moves() {
		line("%s", s)
	}
	if t.Decreed {
		line("%s is a non-working day by decree, which the organisation counts as a working day", said(t.Due))
	}
	if t.Provisional {
		line("PROVISIONAL: it rests on %s", rests)
	}
	if !t.Ended.Date.IsZero() {
		line("%s", t.ended())
	}
}

func (t *Term) lastDay() string {
	if !t.DueAt.IsZero() {
		return "until " + t.DueAt.Format("15:04 MST") + " on " + said(t.Due)
	}
	return "until " + said(t.Due)
}

// basis names the article, the rule and its note.
func (t *Term) basis() string {
	out := "the operator's own"
	if t.Article != "" {
		out = t.Article
	}
	out += " (" + t.Rule + ")"
	if t.Note != "" {
		out += "; " + t.Note
	}
	if t.Unsettled {
		out += "; the text that this rests on does not say so outright"
	}
	return out
}

// running tells how the term is counted.
func (t *Term) running() string {
	start := spoken(t.From.Event)
	start = strings.ToUpper(start[:1]) + start[1:]
	length := t.Days - t.Extra.Days
	switch {
	case t.From.Event == AnswerAt || t.From.Event == Promised:
		return "The date is given: " + said(t.From.Date)
	case t.Unit == Hours:
		return fmt.Sprintf("%s at %s: %d hours from then; a term in hours is never moved", start, t.From.At.Format("2006-01-02 15:04 MST"), t.Days)
	case length < 0:
		return fmt.Sprintf("%s due on %s: %s before it is %s", start, said(t.From.Date), counted(-length, t.Unit), said(t.BaseDue))
	}
	if t.Assumed {
		start += " (assumed)"
	}
	unmoved := t.BaseDue
	if !t.Extra.IsZero() {
		unmoved = t.Extra.From
	}
	return fmt.Sprintf("%s on %s, that day not counted: %s end on %s", start, said(t.From.Date), counted(length, t.Unit), said(unmoved))
}

func (e Extra) sentence(unit Unit) string {
	out := "Extended"
	if !e.On.IsZero() {
		out += " on " + said(e.On)
	}
	if e.Until.IsZero() {
		out += " by " + counted(e.Days, unit) + ", counted on from that unmoved date"
	} else {
		out += " until the date that it names, " + said(e.Until)
	}
	if e.Article != "" {
		out += " (" + e.Article + ")"
	}
	return out
}

// moves tells of each day skipped, and of the policy that moved the last day.
func (t *Term) moves() []string {
	var out []string
	for _, s := range t.Moved {
		out = append(out, s.sentence())
	}
	rule := spoken(t.Policy)
	switch {
	case t.Due == t.BaseDue && t.Policy == CalendarDay && t.Unit != Hours:
		return append(out, "It is not moved, be it a day off or not")
	case t.Due == t.BaseDue:
		return out
	case t.Forward:
		rule = "the next working day, as the one before is not after the day on which the term began"
		if t.Days < 0 {
			rule += "; but no later than the " + spoken(t.From.Event)
		}
	}
	return append(out, fmt.Sprintf("So it is moved from %s to %s: %s", said(t.BaseDue), said(t.Due), rule))
}

// sentence says why a day was skipped.
func (s Skipped) sentence() string {
	switch weekday := dayOf(s.Date).weekday().String(); {
	case s.Why == weekday:
		return fmt.Sprintf("%s is a %s", s.Date, weekday)
	case strings.HasPrefix(s.Why, "day off "):
		return said(s.Date) + " is a " + s.Why
	}
	return said(s.Date) + " is a day off: " + s.Why
}

func (t *Term) ended() string {
	out := "Ended: " + spoken(t.Ended.Event) + " on " + said(t.Ended.Date)
	switch {
	case t.Late:
		return out + ", LATE"
	case t.OnlyIf != "":
		return out // in time or not is told of what binds
	}
	return out + ", in time"
}

// counted is a length in words.
func counted(n int, unit Unit) string {
	return fmt.Sprintf("%d %s", n, spoken(unit))
}

// spoken is a word of the rules without its underscores.
func spoken[T ~string](word T) string { return strings.ReplaceAll(string(word), "_", " ") }

// said is a date as a sentence has it: 2026-01-01 (Thursday).
func said(d sdk.Date) string {
	return fmt.Sprintf("%s (%s)", d, dayOf(d).weekday())
}
