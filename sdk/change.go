package sdk

import "time"

// StatusChange is one thing that happened to an appeal in an external system:
// a status, an answer, a number, a new term. It may carry no status at all. A
// change with an External code and no Status is unmapped: the hub keeps it,
// parks it and shows it.
type StatusChange struct {
	ID          string       `json:"id"`                    // the system's own id, or ChangeID's digest
	AckID       string       `json:"-"`                     // for Acker
	Ref         Ref          `json:"ref,omitzero"`          // the record it is about
	Token       string       `json:"token,omitzero"`        // in place of Ref before the record is known
	Status      Status       `json:"status,omitzero"`       // empty: no status, or one that is unmapped
	Outcome     Outcome      `json:"outcome,omitzero"`      // with StatusAnswered
	External    External     `json:"external,omitzero"`     // as the system names it
	At          time.Time    `json:"at,omitzero"`           // when it happened, by the system's clock
	Text        string       `json:"text,omitzero"`         // answer or comment for the applicant
	Number      Number       `json:"number,omitzero"`       // the number the system gave the appeal
	Answer      Number       `json:"answer,omitzero"`       // the answer letter's outgoing number and date
	AnswerBy    Date         `json:"answer_by,omitzero"`    // a new term of the answer (an extension)
	PostponedTo Date         `json:"postponed_to,omitzero"` // the promised date of an interim answer
	ForwardedTo string       `json:"forwarded_to,omitzero"` // the body it was forwarded to
	Executor    Official     `json:"executor,omitzero"`     // who worked on it
	Manager     Official     `json:"manager,omitzero"`      // who signed
	Rating      Rating       `json:"rating,omitzero"`       // the applicant's mark of the answer
	Attachments []Attachment `json:"attachments,omitzero"`
}

// Unmapped reports whether the change names a status of the system's that has
// no canonical one.
func (c StatusChange) Unmapped() bool { return c.Status == "" && !c.External.IsZero() }

// Number is a registration number and the link and system it belongs to.
type Number struct {
	System NumberSystem `json:"system,omitzero"` // whose numbering it is
	Link   string       `json:"link,omitzero"`   // the link that told of it
	Value  string       `json:"value"`
	Date   Date         `json:"date,omitzero"` // date of registration
}

// IsZero reports whether there is no number.
func (n Number) IsZero() bool { return n == Number{} }

// NumberSystem says whose numbering a Number belongs to.
type NumberSystem string

// The numberings: the platform's own, the Госуслуги portal's, an EDMS's, МЭДО's.
const (
	NumberPOS   NumberSystem = "pos"
	NumberEPGU  NumberSystem = "epgu"
	NumberEDMS  NumberSystem = "edms"
	NumberMEDO  NumberSystem = "medo"
	NumberOther NumberSystem = "other"
)

// NumberSystems lists every numbering.
func NumberSystems() []NumberSystem {
	return []NumberSystem{NumberPOS, NumberEPGU, NumberEDMS, NumberMEDO, NumberOther}
}

// Rating is the applicant's mark of an answer (ПОС: «Оценка ответа заявителем»).
type Rating struct {
	Value   int       `json:"value"` // 1 to 5
	Comment string    `json:"comment,omitzero"`
	At      time.Time `json:"at,omitzero"`
}

// IsZero reports whether there is no rating.
func (r Rating) IsZero() bool { return r.Value == 0 && r.Comment == "" && r.At.IsZero() }
