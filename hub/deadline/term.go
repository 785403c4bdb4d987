package deadline

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Term is one term of an appeal and how it came about.
type Term struct {
	Term    TermID    `json:"term"`
	Due     sdk.Date  `json:"due"`             // the last day, local
	DueAt   time.Time `json:"due_at,omitzero"` // the last instant of a term in hours
	BaseDue sdk.Date  `json:"base_due"`        // before it is moved off a day off
	Article string    `json:"article"`         // empty: the operator's own rule
	Source  Source    `json:"source"`
	Rule    string    `json:"rule"` // id
	From    Start     `json:"from"`
	Days    int       `json:"days"` // length with extensions, in Unit; negative: before From
	Unit    Unit      `json:"unit"`

	Policy  Policy    `json:"policy,omitzero"`      // what holds for a day off; none for a term in hours
	Moved   []Skipped `json:"moved"`                // every day skipped, in the order in which they were met; never nil
	Forward bool      `json:"forward,omitzero"`     // moved forward: the working day before is not after the day the term began
	Extra   Extra     `json:"extension,omitzero"`   // of an extended term
	Paused  int       `json:"paused_days,omitzero"` // days of suspensions, not counted
	OnlyIf  string    `json:"only_if,omitzero"`     // it binds only if this is so
	Note    string    `json:"note,omitzero"`        // the rule's
	Ended   Start     `json:"ended,omitzero"`       // what ended it
	Late    bool      `json:"late,omitzero"`        // it ended after it was due

	Provisional bool `json:"provisional"`        // it rests on a calendar that may change
	Assumed     bool `json:"assumed,omitzero"`   // it runs from a registration that is assumed
	Unsettled   bool `json:"unsettled,omitzero"` // the text that the rule rests on does not say so outright
	Decreed     bool `json:"decreed,omitzero"`   // it falls on a non-working day by decree that counts as a working day
}

// Start is an event and its local date.
type Start struct {
	Event Event     `json:"event"` // of a term before another: that term's id
	Date  sdk.Date  `json:"date"`
	At    time.Time `json:"at,omitzero"` // where the instant is known
}

// Skipped is a day that a term passed over, and why.
type Skipped struct {
	Date sdk.Date `json:"date"`
	Why  string   `json:"why"`
}

// Extra is what an extension did.
type Extra struct {
	Article string   `json:"article"`
	On      sdk.Date `json:"on,omitzero"`    // when it was decided
	Days    int      `json:"days"`           // in the term's unit
	Until   sdk.Date `json:"until,omitzero"` // the date that it names
	From    sdk.Date `json:"from"`           // the unmoved end that it runs on from
}

// IsZero reports whether there was no extension.
func (e Extra) IsZero() bool { return e == Extra{} }

// Code names a kind of warning.
type Code string

// The warnings. The computation stands; somebody has to look.
const (
	WarnMidnight     Code = "midnight_utc" // a time of 00:00:00Z looks like a local date marked Z
	WarnOrder        Code = "registered_before_receipt"
	WarnAnswered     Code = "answered_before_receipt"
	WarnAnswerAt     Code = "answer_at_before_receipt" // the portal's date is before the receipt
	WarnLater        Code = "answer_at_after_law"      // the portal's date is later than the law's
	WarnTwice        Code = "extended_twice"           // the law knows one extension
	WarnLate         Code = "extended_late"            // the term had ended when it was extended
	WarnUnextendable Code = "extension_without_effect"
	WarnLong         Code = "extended_too_long" // further than the law allows
	WarnNoCalendar   Code = "no_calendar"
	WarnProvisional  Code = "provisional_calendar"
	WarnHours        Code = "hours_from_date" // a term in hours runs from a date: counted from its first moment
	WarnSuspended    Code = "suspended"       // a term does not run now
	WarnNoTerm       Code = "no_term"         // no rule in force gives a term that the appeal needs
)

// Warning is something doubtful about an appeal's terms.
type Warning struct {
	Code Code   `json:"code"`
	Term TermID `json:"term,omitzero"`
	Text string `json:"text"`
}

// Terms are all terms of one appeal.
type Terms struct {
	Terms    []Term    `json:"terms"`            // in the order of TermIDs; never nil
	Assumed  bool      `json:"assumed,omitzero"` // the day of receipt stands for the registration
	Warnings []Warning `json:"warnings,omitempty"`
}

// Find returns a term; false where the appeal has none.
func (t *Terms) Find(id TermID) (Term, bool) {
	for _, term := range t.Terms {
		if term.Term == id {
			return term, true
		}
	}
	return Term{}, false
}
