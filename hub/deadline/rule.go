package deadline

import (
	"slices"

	"github.com/appealhub/appealhub/sdk"
)

// TermID names a term.
type TermID string

// The terms.
const (
	Registration    TermID = "registration"
	Forwarding      TermID = "forwarding"       // to the competent body
	Notice          TermID = "notice"           // to the applicant
	Answer          TermID = "answer"           // extended where it was extended
	ExtensionNotice TermID = "extension_notice" // must precede an extension
	Documents       TermID = "documents"        // for a body that was asked for them
	Return          TermID = "return"           // to the applicant
	Control         TermID = "control"          // internal, before the answer
	Rework          TermID = "rework"           // repeated consideration
	Interim         TermID = "interim"          // what an interim answer promised
)

// TermIDs lists every term, in the order in which they are shown.
func TermIDs() []TermID {
	return []TermID{Registration, Forwarding, Notice, Answer, ExtensionNotice, Documents, Return, Control, Rework, Interim}
}

// termCount is how many terms there are.
const termCount = 10

func (t TermID) index() int { return slices.Index(TermIDs(), t) }

// Policy says what happens where a term's last day is a day off.
type Policy string

// The policies. 59-ФЗ is silent on it, and agencies' orders differ.
const (
	PreviousWorkingDay Policy = "previous_working_day" // the default
	NextWorkingDay     Policy = "next_working_day"
	CalendarDay        Policy = "calendar" // the term ends on the day off
)

// Policies lists every policy.
func Policies() []Policy { return []Policy{PreviousWorkingDay, NextWorkingDay, CalendarDay} }

// Unit is what the length of a term is counted in.
type Unit string

// The units. A term in hours is an instant and is never moved.
const (
	CalendarDays Unit = "calendar_days"
	WorkingDays  Unit = "working_days"
	Hours        Unit = "hours"
)

// Units lists every unit.
func Units() []Unit { return []Unit{CalendarDays, WorkingDays, Hours} }

// Source says who gives a rule's number.
type Source string

// The sources. A rule whose number no public text gives is the operator's.
const (
	SourceLaw      Source = "law"
	SourcePlatform Source = "platform" // the portal gives it with the appeal, or publishes it
	SourceOperator Source = "operator"
)

// Sources lists every source.
func Sources() []Source { return []Source{SourceLaw, SourcePlatform, SourceOperator} }

// Basis says from which date of another term a term before it is counted.
type Basis string

// The bases.
const (
	BasisDue        Basis = "due"        // where that term ends, after all
	BasisUnextended Basis = "unextended" // where it would end unextended and unmoved
)

// Bases lists every basis.
func Bases() []Basis { return []Basis{BasisDue, BasisUnextended} }

// Rule says how one term is counted.
type Rule struct {
	ID        string
	Term      TermID
	Article   string // what it rests on, as a lawyer cites it
	Source    Source
	Enabled   bool
	Note      string // for whoever reads the file or asks why
	OnlyIf    string // where an official has to judge whether the term binds
	Unsettled bool   // the text that it rests on does not say so outright

	// Which appeals it is for; empty is all.
	Kinds      []sdk.AppealKind
	Categories []string
	From, Till sdk.Date // in force: terms that begin in these days, both counted; zero is open

	// How the term runs.
	Start     Event          // from which event
	Before    TermID         // or before which term
	Of        Basis          // of Before
	Length    int            // in units; 0: ends on the day of Start
	Table     map[string]int // category → length, in place of Length
	Unit      Unit
	Policy    Policy // in place of the organisation's
	Extend    int    // length of an extension, in units; 0: it can't be extended
	ExtendBy  string // article of the extension
	Restart   []Event
	End       []Event
	Pauses    bool     // days of a suspension are not counted
	Instead   []TermID // terms that do not run where this one does
	Authority bool     // stands over every other rule of the term

	line     int  // in its file
	measured bool // length is given

	rank int // score
	// Indices of the terms and events that it names.
	before, start         int
	instead, restart, end []int
}

// resolve finds the terms and events that the rule names, and how special it is.
func (r *Rule) resolve() {
	r.rank, r.before, r.start = r.score(), r.Before.index(), r.Start.index()
	r.instead = indices(r.Instead)
	r.restart, r.end = indices(r.Restart), indices(r.End)
}

func indices[T interface{ index() int }](all []T) []int {
	var out []int
	for _, one := range all {
		out = append(out, one.index())
	}
	return out
}

// score ranks the rules of a term that match an appeal: authority, then a
// category, then a kind.
func (r *Rule) score() int {
	score := 0
	if r.Authority {
		score += 4
	}
	if r.Table != nil || len(r.Categories) > 0 {
		score += 2
	}
	if len(r.Kinds) > 0 {
		score++
	}
	return score
}

// dated reports whether the term ends on a date that someone names.
func (r *Rule) dated() bool { return r.Start == AnswerAt || r.Start == Promised }

// length is the rule's length for an appeal that it matches.
func (r *Rule) length(f *Facts) int {
	if r.Table == nil {
		return r.Length
	}
	place, _ := r.matches(f)
	return r.Table[f.Categories[place]]
}

// matches reports whether the rule is for such an appeal, and by which of its
// categories; 0 for a rule that is for all.
func (r *Rule) matches(f *Facts) (place int, ok bool) {
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, f.Kind) {
		return 0, false
	}
	if r.Table == nil && len(r.Categories) == 0 {
		return 0, true
	}
	for i, c := range f.Categories {
		if _, ok := r.Table[c]; ok || slices.Contains(r.Categories, c) {
			return i, true
		}
	}
	return 0, false
}

// inForce reports whether the rule is for terms that begin on d.
func (r *Rule) inForce(d sdk.Date) bool {
	return (r.From.IsZero() || !d.Before(r.From)) && (r.Till.IsZero() || !r.Till.Before(d))
}
