package directumrx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// snapshot is the state of a document as it was read.
type snapshot struct {
	profile    profile
	execution  string
	lifeCycle  string
	number     string
	registered sdk.Date
	state      string // of registration
	results    []string
	letter     letter
	answerBy   sdk.Date
	reason     string // of the last prolongation
	forwarded  string
	executor   string
	changed    time.Time // zero: not known
}

// letter is an answer letter.
type letter struct {
	id         int64
	name       string
	number     string
	registered sdk.Date
	draft      bool // nobody is to see it yet
}

func (c *Connector) snapshot(doc, answer object) (snapshot, error) {
	p := c.cfg.profile
	s := snapshot{profile: p, changed: doc.time(p.Unfinished.Since, c.cfg.zone)}
	r := reader{of: doc}
	s.execution = r.text(p.State.Execution)
	s.lifeCycle = r.text(p.State.LifeCycle)
	s.number = r.text(p.State.RegistrationNumber)
	s.state = r.text(p.State.Registration)
	s.forwarded = r.names(p.State.ForwardedTo)
	s.executor = r.names(p.State.Executor)
	for _, row := range r.rows(p.Questions.Property) {
		q := reader{of: row}
		s.results = append(s.results, q.text(p.Questions.Result))
		r.take(q.err)
	}
	if p.Answer.Property != "" {
		answer = r.child(p.Answer.Property)
	}
	var err error
	s.registered, err = doc.date(p.State.RegistrationDate, c.days())
	r.take(err)
	s.letter, err = c.letter(answer)
	r.take(err)
	r.take(c.prolonged(&s, doc, r.rows(p.Prolongations.Property)))
	return s, r.err
}

// prolonged finds the term that is in force, if it was ever put off: that of the
// last prolongation, else a deadline that is not the initial one.
func (c *Connector) prolonged(s *snapshot, doc object, rows []object) error {
	rule := c.cfg.profile.Prolongations
	slices.SortStableFunc(rows, func(a, b object) int { return cmp.Compare(rowNumber(a, rule.Number), rowNumber(b, rule.Number)) })
	for _, row := range rows {
		until, err := row.date(rule.Deadline, c.days())
		if err != nil {
			return err
		}
		if until.IsZero() {
			continue
		}
		s.answerBy = until
		if s.reason, err = row.text(rule.Reason); err != nil {
			return err
		}
	}
	if !s.answerBy.IsZero() || c.cfg.profile.State.InitialDeadline == "" {
		return nil
	}
	now, err := doc.date(c.cfg.profile.State.Deadline, c.days())
	if err != nil {
		return err
	}
	first, err := doc.date(c.cfg.profile.State.InitialDeadline, c.days())
	if err == nil && !first.IsZero() && first.Before(now) {
		s.answerBy = now
	}
	return err
}

func rowNumber(row object, name string) int {
	s, _ := row.text(name)
	n, _ := strconv.Atoi(s)
	return n
}

// describe fills in the change that the state comes to.
func (s snapshot) describe(c *sdk.StatusChange, link string) {
	m, code := s.meaning()
	c.Status, c.Outcome = m.Status, m.Outcome
	c.External = sdk.External{Code: code, Label: m.Label}
	if c.Status == sdk.StatusDelivered { // the hub knows
		c.Status, c.External = "", sdk.External{}
	}
	if s.isRegistered() {
		c.Number = sdk.Number{System: sdk.NumberEDMS, Link: link, Value: s.number, Date: s.registered}
	}
	if c.Status != "" || c.Unmapped() {
		c.Executor = sdk.Official{Name: s.executor} // one text: a name can't be told apart by its spaces
	}
	if c.Status == sdk.StatusForwarded {
		c.ForwardedTo = s.forwarded
	}
	if !c.Status.Final() {
		c.AnswerBy, c.Text = s.answerBy, s.reason
		return
	}
	if s.letter.number != "" {
		c.Answer = sdk.Number{System: sdk.NumberEDMS, Link: link, Value: s.letter.number, Date: s.letter.registered}
	}
}

// isRegistered reports whether the number is the document's: one that is only
// reserved is not yet.
func (s snapshot) isRegistered() bool {
	return s.number != "" && (s.state == "" || s.state == "Registered")
}

// meaning decides what the state means and by which of the system's values. A
// value that no table has is returned without a status: a life cycle state of
// that kind counts whatever else the document says, one that the profile calls
// final where nothing was decided.
//
// Results count only once the work is done: in a final execution state, or when
// the answer letter bears a number. Before that an official may still change
// them. Not every stand has officials who fill results in: where no question was
// given one, a final execution state counts, but for one that means an answer:
// that waits for its letter, unless there are no questions and the profile names
// no letters.
//
// While the answer letter is a draft nothing is final but that there is no answer.
func (s snapshot) meaning() (m meaning, code string) {
	m, code = s.decision()
	if s.letter.draft && m.Status.Final() && m.Status != sdk.StatusLeftUnanswered {
		return meaning{Status: sdk.StatusInWork, Label: s.profile.Execution[s.execution].Label}, s.execution
	}
	return m, code
}

// decision is what the state means, whatever the letter looks like.
func (s snapshot) decision() (m meaning, code string) {
	p := s.profile
	alive, lives := p.LifeCycle[s.lifeCycle]
	if !lives && s.lifeCycle != "" && len(p.LifeCycle) > 0 {
		return meaning{Label: p.State.LifeCycle}, s.lifeCycle
	}
	running, known := p.Execution[s.execution]
	known = known || s.execution == ""
	sent := s.letter.number != ""
	if running.Final || sent {
		result, code, open := s.result()
		none := s.noResults()
		if none && running.Final {
			open = (open || p.Answer.Set != "") && s.letter.id == 0 && s.forwarded == "" && running.Status == sdk.StatusAnswered
		}
		switch {
		case code != "":
			return result, code
		case none && !open && s.forwarded != "":
			return meaning{Status: sdk.StatusForwarded, Label: running.Label}, s.execution
		case sent && known && (running.Final || !open):
			return meaning{Status: sdk.StatusAnswered, Label: running.Label}, s.execution
		case open && running.Final:
			return meaning{Status: sdk.StatusInWork, Label: running.Label}, s.execution
		}
	}
	switch {
	case alive.Status.Final():
		return alive, s.lifeCycle
	case !known:
		return meaning{Label: p.State.Execution}, s.execution
	case s.execution != "":
		return running, s.execution
	case s.isRegistered() && (alive.Status == "" || alive.Status == sdk.StatusDelivered):
		return meaning{Status: sdk.StatusRegistered}, s.state
	}
	return alive, s.lifeCycle
}

// noResults reports whether no question was given a result.
func (s snapshot) noResults() bool {
	return !slices.ContainsFunc(s.results, func(value string) bool { return value != "" })
}

// result is what the questions' results come to together; no code where they
// decide nothing, open where there are questions under review: only all of them
// together are a decision. Of several decisions the one that does most for the
// applicant is told.
func (s snapshot) result() (best meaning, code string, open bool) {
	for _, value := range s.results {
		m, known := s.profile.Results[value]
		switch {
		case value == "":
			open = true
		case !known:
			return meaning{Label: s.profile.Questions.Result}, value, false
		case !m.Status.Final():
			open = true
		case code == "" || weight(m) > weight(best):
			best, code = m, value
		}
	}
	if open {
		return meaning{}, "", true
	}
	return best, code, false
}

// weight orders decisions about several questions of one appeal.
func weight(m meaning) int {
	order := []string{
		string(sdk.StatusLeftUnanswered), string(sdk.StatusRefused), string(sdk.StatusClosed), string(sdk.StatusForwarded), string(sdk.StatusAnswered),
		string(sdk.OutcomeNotSupported), string(sdk.OutcomeExplained), string(sdk.OutcomeSupported), string(sdk.OutcomeMeasuresTaken),
	}
	if m.Outcome != "" {
		return slices.Index(order, string(m.Outcome))
	}
	return slices.Index(order, string(m.Status))
}

// reader reads properties and remembers the first that can't be used.
type reader struct {
	of  object
	err error
}

func (r *reader) take(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) text(name string) string {
	s, err := r.of.text(name)
	r.take(err)
	return s
}

func (r *reader) child(name string) object {
	o, err := r.of.child(name)
	r.take(err)
	return o
}

func (r *reader) rows(name string) []object {
	rows, err := r.of.children(name)
	r.take(err)
	return rows
}

// names returns the name of the entity, or of each of the entities, that a
// navigation leads to.
func (r *reader) names(name string) string {
	if _, many := r.of[name].([]any); !many {
		one := reader{of: r.child(name)}
		return one.text("Name")
	}
	var all []string
	for _, row := range r.rows(name) {
		one := reader{of: row}
		all = append(all, one.text("Name"))
	}
	return strings.Join(nonEmpty(all...), ", ")
}
