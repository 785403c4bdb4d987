package sdk

// Status is a canonical stage of an appeal: a small closed table. What a system
// calls its stage is kept beside it as External.
type Status string

// The statuses. hub/status holds the legal moves between them.
const (
	StatusReceived       Status = "received"        // the hub holds the appeal
	StatusDelivered      Status = "delivered"       // an EDMS holds it, not yet registered
	StatusRegistered     Status = "registered"      // it bears a registration number (59-ФЗ art. 8 p. 2)
	StatusInWork         Status = "in_work"         // an official works on it
	StatusPostponed      Status = "postponed"       // interim answer with a promised date (ПОС POSTPONED)
	StatusForwarded      Status = "forwarded"       // sent to the competent body (59-ФЗ art. 8 p. 3)
	StatusRefused        Status = "refused"         // not taken for consideration
	StatusAnswered       Status = "answered"        // answered on its merits; see Outcome
	StatusLeftUnanswered Status = "left_unanswered" // left without answer as the law allows (59-ФЗ art. 11)
	StatusRework         Status = "rework"          // the applicant asked for repeated consideration
	StatusClosed         Status = "closed"          // nothing more is expected
)

// Statuses lists every status in the order of an appeal's life.
func Statuses() []Status {
	return []Status{StatusReceived, StatusDelivered, StatusRegistered, StatusInWork, StatusPostponed, StatusForwarded, StatusRefused, StatusAnswered, StatusLeftUnanswered, StatusRework, StatusClosed}
}

// Valid reports whether s is one of Statuses.
func (s Status) Valid() bool { return member(s, Statuses()) }

// Final reports whether s ends the work on an appeal unless it is reworked.
func (s Status) Final() bool {
	switch s {
	case StatusForwarded, StatusRefused, StatusAnswered, StatusLeftUnanswered, StatusClosed:
		return true
	}
	return false
}

// Outcome is the result of an answered appeal (the states of ССТУ's report).
type Outcome string

// The outcomes.
const (
	OutcomeExplained     Outcome = "explained"      // разъяснено
	OutcomeSupported     Outcome = "supported"      // поддержано
	OutcomeMeasuresTaken Outcome = "measures_taken" // поддержано, меры приняты
	OutcomeNotSupported  Outcome = "not_supported"  // не поддержано
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{OutcomeExplained, OutcomeSupported, OutcomeMeasuresTaken, OutcomeNotSupported}
}

// Valid reports whether o is one of Outcomes.
func (o Outcome) Valid() bool { return member(o, Outcomes()) }

// External is a status as a system itself names it.
type External struct {
	Code  string `json:"code,omitzero"`  // as on the wire
	Label string `json:"label,omitzero"` // as people read it
}

// IsZero reports whether the system gave no status of its own.
func (e External) IsZero() bool { return e == External{} }

func member[T comparable](v T, all []T) bool {
	for _, one := range all {
		if one == v {
			return true
		}
	}
	return false
}
