package journal

import (
	"cmp"
	"fmt"

	"github.com/appealhub/appealhub/sdk"
)

// Record is the record in a link's system that the settlement of d makes known;
// zero where it tells of none.
func (s *Settlement) Record(d *Delivery) sdk.Ref {
	if s.As != SettleDone || d.Verb != VerbAppeal && d.Verb != VerbConfirm || s.Receipt.Ref.ID == "" {
		return sdk.Ref{}
	}
	return sdk.Ref{Link: cmp.Or(s.Receipt.Ref.Link, d.Link), ID: s.Receipt.Ref.ID}
}

// Named is the token that the settlement of d makes known, with its link; zero where it
// tells of none.
func (s *Settlement) Named(d *Delivery) sdk.Ref {
	if s.As != SettleDone || d.Verb != VerbAppeal && d.Verb != VerbConfirm || s.Receipt.Token == "" {
		return sdk.Ref{}
	}
	return sdk.Ref{Link: d.Link, ID: s.Receipt.Token}
}

// TakenToken is the ErrTaken of a token that is the appeal's already: what the system
// tells by it of one would be taken for the other.
func TakenToken(token sdk.Ref, appeal string) error {
	return fmt.Errorf("%w: token %q of %s is that of appeal %s; a system gives each its own", ErrTaken, token.ID, token.Link, appeal)
}

// Taken is the ErrTaken of a record that is the appeal's already: were it two
// appeals', the answer to one would go to the applicant of the other.
func Taken(ref sdk.Ref, appeal string) error {
	return fmt.Errorf("%w: %q in the system of %s is that of appeal %s; a system that numbers anew uses numbers a second time", ErrTaken, ref.ID, ref.Link, appeal)
}
