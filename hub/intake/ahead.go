package intake

import (
	"fmt"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// aheadMost is how far the clock of a submitter, or of a message's sender, may be ahead: what
// a wrong zone makes of a time, and some hours.
const aheadMost = 24 * time.Hour

// ahead says which times of a submitted appeal are yet to come: its id bears one of them,
// and it would be listed before all others until then. What a link gives is taken as it
// is, for nobody is there to mend it.
func (in *Intake) ahead(a *sdk.Appeal) (out []sdk.Problem) {
	latest := in.now().Add(aheadMost)
	late := func(path string, at time.Time) {
		if at.After(latest) {
			out = append(out, sdk.Problem{Path: path, Rule: sdk.RuleRange, Why: fmt.Sprintf("is more than %v ahead of the hub's clock", aheadMost)})
		}
	}
	late("/received_at", a.ReceivedAt)
	late("/registered_at", a.RegisteredAt)
	return out
}
