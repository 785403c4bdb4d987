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

// Taken is the ErrTaken of a record that is the appeal's already: were it two
// appeals', the answer to one would go to the applicant of the other.
func Taken(ref sdk.Ref, appeal string) error {
	return fmt.Errorf("%w: %q in the system of %s is that of appeal %s; a system that numbers anew uses numbers a second time", ErrTaken, ref.ID, ref.Link, appeal)
}
